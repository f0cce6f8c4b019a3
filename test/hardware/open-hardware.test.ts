import { createServer } from 'node:net';
import { test } from 'tap';
import { createHardware, type HardwareOptions } from '../../agent/hardware/open-hardware.ts';
import { silentLog } from '../../agent/log.ts';
import { Refusal } from '../../protocol/refusal.ts';
import { HeardEvents } from './bench.ts';

const problems = (options: Partial<HardwareOptions>): string[] => {
  try {
    createHardware({ driver: 'sc1', line: 'tcp://127.0.0.1:9', zones: [], log: silentLog, ...options });
    return [];
  } catch (error) {
    return error instanceof Refusal ? error.fields.map(({ path }) => path) : [String(error)];
  }
};

test('a line or a wiring that cannot be is refused with its place', async (t) => {
  t.same(problems({}), []);
  t.same(problems({ line: 'serial:/dev/ttyUSB0' }), []);
  t.same(problems({ line: 'tcp://[::1]:4001' }), []);
  t.same(problems({ line: '/dev/ttyUSB0' }), ['hardware.line']);
  t.same(problems({ line: 'tcp://host' }), ['hardware.line']);
  t.same(problems({ line: 'tcp://host:99999' }), ['hardware.line']);
  t.same(problems({ line: undefined }), ['hardware.line']);
  const zones = [{ zone: 'a', relay: 1 }, { zone: 'b', relay: 1 }, { zone: 'c' }, { zone: 'd', relay: 17 }];
  t.same(problems({ zones }), ['zones.1', 'zones.2', 'zones.3']);
});

test('a line that never opens: one down, and close does not wait for it', async (t) => {
  for (const line of ['serial:/dev/there-is-no-such-device', 'tcp://127.0.0.1:1']) {
    const timing = { firstPauseMs: 1, mostPauseMs: 5 };
    const hardware = createHardware({ driver: 'sc1', line, zones: [], log: silentLog, timing });
    const events = new HeardEvents(hardware);
    hardware.open();
    t.match(await events.next('down'), { refusal: { code: 'controller-unreachable' } });
    t.equal(hardware.lineHealth()?.state, 'down');
    await hardware.close();
    t.equal(events.all.length, 1);
  }
});

test('something else than an sc1 at the other end never comes up', async (t) => {
  const server = createServer((socket) => socket.on('error', () => {}).pipe(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const timing = { answerMs: 50 };
  const options = { line: `tcp://127.0.0.1:${port}`, zones: [], log: silentLog, timing };
  const hardware = createHardware({ driver: 'sc1', ...options });
  const events = new HeardEvents(hardware);
  hardware.open();
  await events.next('down');
  t.equal(events.count('up'), 0);
  await hardware.close();
  await new Promise((resolve) => server.close(resolve));
});
