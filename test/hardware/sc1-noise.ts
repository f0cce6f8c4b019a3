import type { Test } from 'tap';
import { PATIENT, type StartBench, UNHURRIED, until } from './bench.ts';

/** Everything a line may do to the bytes: nothing of it is believed, nothing of it stops the story. */
export async function sc1Noise(t: Test, start: StartBench): Promise<void> {
  await t.test('garbage, half lines and over-long lines between answers', async (t) => {
    const { hardware, controller, events } = await start(t, PATIENT);
    await hardware.zones.hold(['thon-1'], 60_000);
    const rubbish = [
      '\u0000\u00ff\u001b[2J\r\n',
      '<1,OK',
      '\r\n\r\n\n',
      `${'x'.repeat(5000)}\r\n`,
      '!1,LEASE_LOST*0000\r\n',
      '<9999,OK,0*FFFF\r\n',
      'y'.repeat(100_000),
    ];
    for (const bytes of rubbish) {
      controller.faults.say(bytes);
      t.match(await hardware.zones.readBack(), [{ zone: 'thon-1', commanded: true, sensed: true }]);
    }
    t.equal(events.count('down'), 0);
    t.equal(events.count('lease-lost'), 0, 'an event with a wrong CRC is no event');
  });

  await t.test('a reply whose CRC is wrong is no reply: asked again with the same number, done once', async (t) => {
    const { hardware, controller } = await start(t, UNHURRIED);
    const asked: string[] = [];
    controller.faults.rewriteReplies((reply) => {
      asked.push(reply);
      return asked.length === 1 ? [reply.replace(/\*..../, '*0000')] : [reply];
    });
    await hardware.amplifier.level(55);
    t.ok(asked.length >= 2);
    t.equal(asked[0], asked[1], 'the stored reply');
    t.equal(controller.timeline.filter((entry) => entry.what === 'level').length, 1);
    t.equal(hardware.lineHealth()?.timeouts, 1);
    t.match(hardware.lineHealth(), { state: 'up', reopened: 0 });
  });

  await t.test('a lost reply: the lease that is asked for twice begins once', async (t) => {
    const { hardware, controller } = await start(t, UNHURRIED);
    let lost = 0;
    controller.faults.rewriteReplies((reply) => (lost++ === 0 ? [] : [reply]));
    await hardware.zones.hold(['thon-1'], 10_000);
    t.ok((controller.state().leaseMs ?? 0) < 9_700, 'the repetition did not renew it');
    t.same(
      controller.timeline.filter((entry) => entry.what === 'relay').map((entry) => entry.cause),
      ['command'],
    );
  });

  await t.test('replies to another number, and replies repeated, are left alone', async (t) => {
    const { hardware, controller, events } = await start(t, PATIENT);
    controller.faults.rewriteReplies((reply) => ['<9998,ERR,BAD_VERB*1E52\r\n', '<9998,OK,0*5391\r\n', reply, reply]);
    await hardware.zones.hold(['thon-2'], 10_000);
    for (let round = 0; round < 10; round += 1) {
      t.match((await hardware.zones.readBack())[1], { zone: 'thon-2', sensed: true });
      t.match(await hardware.amplifier.sense(), { rmsDb: -120 });
    }
    t.equal(events.count('down'), 0);
  });

  await t.test('a reply in pieces', async (t) => {
    const { hardware, controller } = await start(t, PATIENT);
    controller.faults.rewriteReplies((reply) => {
      for (const [at, byte] of [...reply].entries()) setTimeout(() => controller.faults.say(byte), at);
      return [];
    });
    await hardware.amplifier.power(true);
    t.equal(controller.state().amplifierOn, true);
    t.equal(hardware.lineHealth()?.reopened, 0);
  });

  await t.test('a half line is flushed: what comes later is heard', async (t) => {
    const { hardware, controller } = await start(t, UNHURRIED);
    controller.faults.say('<12,OK,0');
    await hardware.amplifier.power(true);
    t.equal(hardware.lineHealth()?.reopened, 0);
  });

  await t.test('a line that corrupts bytes both ways: down or right, never wrong', async (t) => {
    const { hardware, controller, events } = await start(t);
    controller.faults.garble(0.004);
    let right = 0;
    for (let round = 0; round < 15; round += 1) {
      try {
        await hardware.amplifier.level(round);
        t.equal(controller.state().level, round);
        right += 1;
      } catch {
        await until(() => hardware.lineHealth()?.state === 'up', 'up again');
      }
    }
    t.ok(right > 0);
    controller.faults.garble(0);
    await until(() => hardware.lineHealth()?.state === 'up', 'up again');
    await hardware.amplifier.power(true);
    t.equal(controller.state().amplifierOn, true);
    t.equal(events.count('rebooted'), 0);
  });
}
