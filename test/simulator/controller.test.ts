import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import fc from 'fast-check';
import { type Test, test } from 'tap';
import { encodeFrame, parseFrame, type Sc1Reply, silentLog } from '../../agent/entry.ts';
import { type Controller, startController } from '../../simulator/controller/controller.ts';
import { runFaultCommand } from '../../simulator/controller/fault-commands.ts';
import type { OutputState } from '../../simulator/ports.ts';
import { until } from './helpers.ts';

interface Ends {
  readonly controller: Controller;
  readonly changes: readonly OutputState[];
  readonly station: Socket;
  /** Every line that came from the controller. */
  readonly heard: () => readonly string[];
  /** Sends a command and gives the reply line to it. */
  readonly ask: (sequence: number, verb: string, ...args: readonly string[]) => Promise<string>;
}

async function connected(t: Test, zones = 4): Promise<Ends> {
  const changes: OutputState[] = [];
  const loudspeaker = {
    change: (state: OutputState) => void changes.push(state),
    output: () => ({ rmsDb: -18, peakDb: -6 }),
  };
  const controller = await startController({ zones, transport: { tcp: 0 }, loudspeaker, log: silentLog });
  const { station, heard } = await join(t, controller);
  t.teardown(() => controller.close());
  const ask = async (sequence: number, verb: string, ...args: readonly string[]): Promise<string> => {
    const before = heard().length;
    station.write(encodeFrame({ kind: 'command', sequence, verb, args }));
    const answer = (): string | undefined =>
      heard()
        .slice(before)
        .find((line) => line.startsWith(`<${sequence},`));
    await until(() => answer() !== undefined);
    return answer() ?? '';
  };
  return { controller, changes, station, heard, ask };
}

async function join(t: Test, controller: Controller): Promise<{ station: Socket; heard: () => readonly string[] }> {
  const port = Number(new URL(controller.line).port);
  const station = connect({ port, host: '127.0.0.1', noDelay: true });
  t.teardown(() => station.destroy());
  let bytes = '';
  station.on('data', (chunk: Buffer) => {
    bytes += chunk.toString('latin1');
  });
  station.on('error', () => {});
  await once(station, 'connect');
  return { station, heard: () => bytes.split('\r\n').slice(0, -1) };
}

const reply = (line: string): Partial<Sc1Reply> => {
  const parsed = parseFrame(line);
  return parsed.ok && parsed.frame.kind === 'reply' ? parsed.frame : {};
};

test('everything is off at boot', async (t) => {
  const { controller, changes, ask } = await connected(t);
  t.match(controller.state(), { closed: [false, false, false, false], amplifierOn: false, muted: true });
  t.equal(changes.length, 1, 'the loudspeaker knows it from the start');
  t.match(reply(await ask(1, 'HELLO')), {
    ok: true,
    data: ['sc1', '1.0.0', 'SIMULATED', '4', 'CDOITMB', /^[0-9A-F]{8}$/, 'POWER'],
  });
});

test('a repeated number gets the stored reply and does nothing', async (t) => {
  const { controller, ask } = await connected(t);
  const first = await ask(7, 'ON', '5', '5000');
  t.match(reply(first), { ok: true, code: '0' });
  t.same(controller.state().closed, [true, false, true, false]);
  t.equal(await ask(7, 'OFF'), first, 'the number decides, not what is asked');
  t.same(controller.state().closed, [true, false, true, false]);
  t.match(reply(await ask(8, 'OFF')), { ok: true });
  t.same(controller.state().closed, [false, false, false, false]);
});

test('HELLO is always done, and forgets the stored reply of the station before', async (t) => {
  const { controller, ask } = await connected(t);
  await ask(1, 'HELLO');
  await ask(2, 'AMP', 'on');
  controller.faults.reboot('WATCHDOG');
  t.match(reply(await ask(1, 'HELLO')), { data: { 6: 'WATCHDOG' } });
  await ask(2, 'AMP', 'on');
  t.equal(controller.state().amplifierOn, true);
});

test('the lease runs out by itself: mute, relays, LEASE_LOST', async (t) => {
  const { controller, heard, ask } = await connected(t);
  await ask(1, 'AMP', 'on');
  await ask(2, 'MUTE', 'off');
  await ask(3, 'ON', '3', '100');
  await until(() => heard().some((line) => line.includes('LEASE_LOST')));
  t.match(controller.state(), { closed: [false, false, false, false], muted: true, amplifierOn: true });
  const since = (what: string, cause: string): number =>
    controller.timeline.find((entry) => entry.what === what && entry.cause === cause)?.monotonicMs ?? Number.NaN;
  t.ok(since('relay', 'lease') >= since('relay', 'command'));
  t.ok(since('mute', 'lease') <= since('relay', 'lease'), 'muted before the relays move');
  t.match(reply(await ask(4, 'KEEP', '1000')), { ok: false, code: 'NO_LEASE' });
});

test('what is not asked rightly is declined, and changes nothing', async (t) => {
  const { changes, ask } = await connected(t);
  const wrong: readonly (readonly [string, ...string[]])[] = [
    ['ON', '10', '3000'],
    ['ON', '0', '3000'],
    ['ON', 'x', '3000'],
    ['ON', '1', '99'],
    ['ON', '1', '60001'],
    ['ON', '1'],
    ['KEEP', ''],
    ['AMP', 'maybe'],
    ['MUTE'],
    ['GAIN', '101'],
    ['GAIN', '-1'],
    ['STAT', '1'],
  ];
  for (const [at, [verb, ...args]] of wrong.entries()) {
    t.match(reply(await ask(at + 1, verb, ...args)), { ok: false, code: 'BAD_ARGS' }, `${verb} ${args.join()}`);
  }
  t.match(reply(await ask(100, 'DANCE')), { ok: false, code: 'BAD_VERB' });
  t.equal(changes.length, 1);
});

test('what has a wrong CRC is not answered', async (t) => {
  const { station, heard, ask, controller } = await connected(t);
  station.write('>1,AMP,on*0000\r\n<1,OK,0*0000\r\nnonsense\r\n');
  station.write(`${'z'.repeat(10_000)}\r\n>2,AM`);
  await ask(3, 'STAT');
  t.equal(heard().length, 1);
  t.equal(controller.state().amplifierOn, false);
});

test('whatever bytes come, the controller answers the next right command', async (t) => {
  const { station, ask } = await connected(t);
  let sequence = 0;
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), async (bytes) => {
      station.write(bytes);
      station.write('\n');
      sequence += 1;
      t.match(reply(await ask(sequence, 'STAT')), { ok: true });
    }),
    { numRuns: 100 },
  );
});

test('the readings follow what is really played', async (t) => {
  const { ask, controller } = await connected(t);
  t.same(reply(await ask(1, 'SENS')).data, ['-120.0', '-120.0', '38.5', '230.0', '13.2', '0', '0', '0', '0']);
  await ask(2, 'AMP', 'on');
  await ask(3, 'ON', '2', '5000');
  await ask(4, 'MUTE', 'off');
  controller.faults.overTemperature(true);
  t.same(reply(await ask(5, 'SENS')).data, ['-18.0', '-6.0', '96.0', '230.0', '13.2', '0', '25', '0', '0']);
});

test('the longest replies fit into a line', async (t) => {
  const { ask, controller } = await connected(t, 16);
  await ask(9997, 'AMP', 'on');
  await ask(9998, 'ON', 'FFFF', '60000');
  await ask(9999, 'MUTE', 'off');
  controller.faults.overTemperature(true);
  controller.faults.override(true);
  controller.faults.tamper(true);
  controller.faults.amplifierFault(true);
  for (const verb of ['STAT', 'SENS', 'HELLO']) {
    controller.faults.reboot();
    t.match(reply(await ask(9999, verb)), { ok: true });
  }
});

test('the loudspeaker and the timeline hear of each real change once, with its cause', async (t) => {
  const { controller, changes, ask } = await connected(t);
  await ask(1, 'AMP', 'on');
  await ask(2, 'AMP', 'on');
  await ask(3, 'GAIN', '30');
  await ask(4, 'ON', '1', '5000');
  await ask(5, 'ON', '1', '5000');
  controller.faults.stick(1, 'closed');
  await ask(6, 'OFF');
  controller.faults.stick(1, undefined);
  controller.faults.amplifierFault(true);
  t.same(
    controller.timeline.map(({ what, cause, monotonicMs, wallMs, ...more }) => [what, cause, ...Object.values(more)]),
    [
      ['boot', 'boot', controller.state().boot],
      ['amplifier', 'command', true],
      ['level', 'command', 30],
      ['relay', 'command', 1, true],
      ['relay', 'fault', 1, false],
      ['amplifier', 'fault', false],
    ],
  );
  t.equal(changes.length, 6);
  const times = controller.timeline.map((entry) => entry.monotonicMs);
  t.same(
    times,
    [...times].sort((a, b) => a - b),
  );
});

test('who comes later takes the wire over', async (t) => {
  const { controller, station } = await connected(t);
  const closed = once(station, 'close');
  const second = await join(t, controller);
  await closed;
  second.station.write(encodeFrame({ kind: 'command', sequence: 1, verb: 'HELLO', args: [] }));
  await until(() => second.heard().length === 1);
});

test('faults by typed command', async (t) => {
  const { controller } = await connected(t);
  for (const line of [
    'wedge on',
    'stuck 2 closed',
    'lying 3 closed',
    'hot on',
    'amplifier on',
    'garble 0.5',
    'unplug',
  ]) {
    t.equal(await runFaultCommand(controller.faults, line), true, line);
  }
  t.match(controller.state(), {
    wedged: true,
    plugged: false,
    closed: [false, true, false, false],
    sensed: [false, true, true, false],
    conditions: ['OVERTEMP', 'AMPLIFIER'],
  });
  for (const line of ['', 'wedge', 'stuck 2', 'garble 2', 'fly']) {
    t.equal(await runFaultCommand(controller.faults, line), false, line);
  }
});
