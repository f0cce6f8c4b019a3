import { test } from 'tap';
import { WrongCodes } from '../../broker/enrolment/wrong-codes.ts';

const tries = (codes: WrongCodes, address: string, most: number): number => {
  for (let done = 0; done < most; done++) {
    if (!codes.mayTry(address)) return done;
    codes.note(address);
  }
  return most;
};

test('[P-120] an address that guesses is stopped, and no other with it', async (t) => {
  let now = 0;
  const codes = new WrongCodes(() => now);
  t.equal(tries(codes, '203.0.113.7', 1_000), 10);
  t.equal(codes.mayTry('203.0.113.8'), true);
  t.equal(codes.mayTry('::ffff:203.0.113.7'), false, 'the same, dressed as IPv6');
  now = 60_000;
  t.equal(tries(codes, '203.0.113.7', 1_000), 1, 'one a minute from then on');
});

test('[P-120] an IPv6 network is one guesser', async (t) => {
  const codes = new WrongCodes(() => 0);
  for (let host = 0; host < 10; host++) codes.note(`2001:db8:0:7::${host.toString(16)}`);
  t.equal(codes.mayTry('2001:0db8:0000:0007:1:2:3:4'), false);
  t.equal(codes.mayTry('2001:db8:0:8::1'), true);
  for (let host = 0; host < 10; host++) codes.note(`fe80::${host}%eth0`);
  t.equal(codes.mayTry('fe80::77%wlan0'), false);
});

test('[P-120] guessing from everywhere is hopeless too', async (t) => {
  let now = 0;
  const codes = new WrongCodes(() => now);
  const address = (n: number) => `10.${n >> 16}.${(n >> 8) & 255}.${n & 255}`;
  let tried = 0;
  for (let n = 0; n < 300_000; n++) {
    now += 10;
    tried += tries(codes, address(n), 1);
  }
  t.ok(tried <= 200 + 3_000, `${tried} tries in 3,000 s`);
});
