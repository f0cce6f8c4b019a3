import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { test } from 'tap';
import { chrony } from '../../agent/clock/synchronisation.ts';
import { chronyc, noChrony, startChronyd } from '../support/chrony.ts';
import { faketime, noFaketime } from '../support/faketime.ts';
import { freePort } from '../support/free-port.ts';
import { until } from '../support/until.ts';

const serving = (port: number) => `local stratum 8\nallow 127.0.0.1\nport ${port}`;
const following = (port: number) => () => `server 127.0.0.1 port ${port} iburst minpoll 0 maxpoll 0\nport 0`;

test('a clock that chronyd has synchronised is known by chronyc', { skip: noChrony }, async (t) => {
  const server = await startChronyd(serving);
  t.teardown(() => server.close());
  const client = await startChronyd(following(server.ntpPort));
  t.teardown(() => client.close());
  const look = () => chrony(client.address, chronyc);
  const first = await until('synchronisation', look);
  t.match(first, /^chrony \d+\.\d+$/);
  await until('the next measurement', async () => (await look()) !== first);
  t.equal(await chrony(server.address, chronyc), undefined, 'one that is its own reference is not synchronised');
  client.kill('SIGSTOP');
  t.equal(await look(), undefined, 'nor one that does not answer');
});

test('one that is still an hour away is not', { skip: noChrony || noFaketime }, async (t) => {
  const server = await startChronyd(serving, faketime({ FAKETIME: '+3600s' }));
  t.teardown(() => server.close());
  const client = await startChronyd(following(server.ntpPort));
  t.teardown(() => client.close());
  // It calls itself synchronised all the while: seen by the measurements that it has taken.
  await until('a measurement', async () => {
    const answer = await promisify(execFile)(chronyc, [...client.address, '-n', '-c', 'tracking']).catch(
      () => undefined,
    );
    return answer?.stdout.includes(',3600.') && answer.stdout.includes(',Normal');
  });
  t.equal(await chrony(client.address, chronyc), undefined);
});

test('without chrony nothing is synchronised', async (t) => {
  t.equal(await chrony([], '/nonexistent/chronyc'), undefined);
  t.equal(await chrony(['-h', '127.0.0.1', '-p', String(await freePort())], noChrony ? 'true' : chronyc), undefined);
});
