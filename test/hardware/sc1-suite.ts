import type { Test } from 'tap';
import { createHardware } from '../../agent/hardware/open-hardware.ts';
import { silentLog } from '../../agent/log.ts';
import { startController } from '../../simulator/controller/controller.ts';
import {
  FakeLoudspeaker,
  PATIENT,
  refusalOf,
  type StartBench,
  type StartTransport,
  startBench,
  until,
  zones,
} from './bench.ts';
import { everyDriver } from './every-driver.ts';
import { sc1Faults } from './sc1-faults.ts';
import { sc1Noise } from './sc1-noise.ts';

/** The whole suite of the sc1 driver, over one kind of line. */
export async function sc1Suite(t: Test, transport: StartTransport): Promise<void> {
  await t.test('every driver', async (t) => {
    await everyDriver(t, async (t) => {
      const loudspeaker = new FakeLoudspeaker();
      const controller = await startController({ zones: 8, transport: transport(t), loudspeaker, log: silentLog });
      const hardware = createHardware({ driver: 'sc1', line: controller.line, zones, log: silentLog });
      t.teardown(async () => {
        await hardware.close();
        await controller.close();
      });
      return hardware;
    });
  });
  await t.test('switching', (t) => switching(t, (t, timing) => startBench(t, transport, timing)));
  await t.test('noise on the line', (t) => sc1Noise(t, (t, timing) => startBench(t, transport, timing)));
  await t.test('faults', (t) => sc1Faults(t, (t, timing) => startBench(t, transport, timing)));
}

async function switching(t: Test, start: StartBench): Promise<void> {
  await t.test('closes the relays of exactly the zones asked for, and opens the others', async (t) => {
    const { hardware, controller } = await start(t);
    await hardware.zones.hold(['thon-1', 'thon-2'], 3000);
    t.same(closed(controller.state().closed), [1, 2]);
    await hardware.zones.hold(['thon-2', 'bien-gioi'], 3000);
    t.same(closed(controller.state().closed), [2, 4]);
    await hardware.zones.hold([], 3000);
    t.same(closed(controller.state().closed), []);
    t.equal(controller.state().leaseMs, undefined);
  });

  await t.test('the controller opens every relay and mutes by itself when the lease is not renewed', async (t) => {
    const { hardware, controller, events } = await start(t);
    await hardware.amplifier.power(true);
    await hardware.amplifier.mute(false);
    await hardware.zones.hold(['thon-1'], 150);
    await events.next('lease-lost');
    t.same(closed(controller.state().closed), []);
    t.equal(controller.state().muted, true);
    t.same(
      controller.timeline.filter((entry) => entry.cause === 'lease').map((entry) => entry.what),
      ['mute', 'relay'],
    );
    t.equal(await refusalOf(hardware.zones.keep(3000)), 'lease-lost');
    t.same(closed(controller.state().closed), [], 'a late renewal closes nothing');
  });

  await t.test('a lease that is renewed does not lapse', async (t) => {
    const { hardware, controller, events } = await start(t);
    await hardware.zones.hold(['thon-1'], 10_000);
    await hardware.zones.keep(60_000);
    t.ok((controller.state().leaseMs ?? 0) > 50_000);
    t.equal(events.count('lease-lost'), 0);
  });

  await t.test('amplifier: power, mute, level, and readings that follow what is played', async (t) => {
    const { hardware, controller, loudspeaker } = await start(t);
    await hardware.amplifier.power(true);
    await hardware.amplifier.level(42);
    await hardware.zones.hold(['thon-2'], 3000);
    loudspeaker.level = { rmsDb: -20, peakDb: -8.5 };
    t.same(await hardware.amplifier.sense(), { rmsDb: -120, peakDb: -120 }, 'muted');
    await hardware.amplifier.mute(false);
    t.same(await hardware.amplifier.sense(), { rmsDb: -20, peakDb: -8.5 });
    t.same(await hardware.readings(), {
      firmware: '1.0.0',
      temperatureC: 38.5,
      mainsV: 230,
      batteryV: 13.2,
      zones: [
        { zone: 'thon-1', closed: false, currentA: 0 },
        { zone: 'thon-2', closed: true, currentA: 0.2 },
        { zone: 'bien-gioi', closed: false, currentA: 0 },
      ],
    });
    t.match(loudspeaker.changes.at(-1), { amplifierOn: true, muted: false, level: 42 });
    t.match(controller.state(), { amplifierOn: true, muted: false, level: 42 });
  });

  await t.test('what the controller declines is refused', async (t) => {
    const { hardware, controller } = await start(t);
    t.equal(await refusalOf(hardware.amplifier.level(101)), 'controller-refused');
    t.equal(await refusalOf(hardware.zones.hold(['thon-1'], 99_999)), 'controller-refused');
    t.same(closed(controller.state().closed), []);
  });

  await t.test('many at once: each gets its own answer, one command in flight', async (t) => {
    const { hardware } = await start(t, PATIENT);
    await hardware.zones.hold(['thon-1'], 60_000);
    const answers = await Promise.all(
      Array.from({ length: 60 }, (_, at) => (at % 2 ? hardware.zones.readBack() : hardware.amplifier.sense())),
    );
    t.ok(answers.every((answer, at) => Array.isArray(answer) === (at % 2 === 1)));
    const health = hardware.lineHealth();
    t.match(health, { state: 'up', reopened: 0, timeouts: 0 });
    t.ok((health?.roundTripMs ?? 0) > 0);
  });

  await t.test('opens every relay before it says up: nobody owns them then', async (t) => {
    const { hardware, controller } = await start(t);
    await hardware.zones.hold(['thon-1'], 60_000);
    await hardware.amplifier.mute(false);
    const { line } = controller;
    await controller.faults.unplug();
    t.same(closed(controller.state().closed), [1], 'unplugging the line moves no relay by itself');
    await controller.faults.replug();
    t.equal(controller.line, line);
    await until(() => hardware.lineHealth()?.state === 'up' && hardware.lineHealth()?.reopened === 1, 'up again');
    t.same(closed(controller.state().closed), []);
    t.equal(controller.state().muted, true);
  });

  await t.test('closing opens every relay', async (t) => {
    const { hardware, controller } = await start(t);
    await hardware.zones.hold(['thon-1', 'thon-2'], 60_000);
    await hardware.close();
    t.same(closed(controller.state().closed), []);
    t.equal(await refusalOf(hardware.zones.hold(['thon-1'], 3000)), 'controller-unreachable');
  });
}

/** The numbers of the closed relays. */
const closed = (contacts: readonly boolean[]): number[] => contacts.flatMap((is, at) => (is ? [at + 1] : []));
