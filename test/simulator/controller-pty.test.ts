import { existsSync, lstatSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';
import { silentLog } from '../../agent/entry.ts';
import { startController } from '../../simulator/controller/controller.ts';

const loudspeaker = { change: () => {}, output: () => ({ rmsDb: -120, peakDb: -120 }) };

test('the device comes and goes with the cable, and nothing stays behind', async (t) => {
  const pty = join(t.testdir(), 'tty');
  const controller = await startController({ zones: 2, transport: { pty }, loudspeaker, log: silentLog });
  t.equal(controller.line, `serial:${pty}`);
  t.ok(existsSync(pty));
  await controller.faults.unplug();
  t.throws(() => lstatSync(pty));
  await controller.faults.replug();
  await controller.faults.replug();
  t.ok(existsSync(pty));
  await controller.close();
  t.throws(() => lstatSync(pty));
  await controller.close();
});

test('a file that is no device of ours is left alone', async (t) => {
  const pty = join(t.testdir({ tty: 'precious' }), 'tty');
  await t.rejects(startController({ zones: 2, transport: { pty }, loudspeaker, log: silentLog }), /in the way/);
  t.equal(readFileSync(pty, 'utf8'), 'precious');
  writeFileSync(pty, '');
});

test('two controllers cannot have the same port', async (t) => {
  const first = await startController({ zones: 2, transport: { tcp: 0 }, loudspeaker, log: silentLog });
  t.teardown(() => first.close());
  const port = Number(new URL(first.line).port);
  await t.rejects(startController({ zones: 2, transport: { tcp: port }, loudspeaker, log: silentLog }), {
    code: 'EADDRINUSE',
  });
});
