import type { Test } from 'tap';
import { refusalOf, type StartBench, UNHURRIED, until } from './bench.ts';

/** What breaks around a station, and what the driver says of it. */
export async function sc1Faults(t: Test, start: StartBench): Promise<void> {
  await t.test('unplug and replug, again and again', async (t) => {
    const { hardware, controller, events } = await start(t);
    for (let round = 0; round < 3; round += 1) {
      const before = events.all.length;
      await controller.faults.unplug();
      t.match(await events.next('down', before), { refusal: { code: 'controller-unreachable' } });
      t.equal(await refusalOf(hardware.zones.hold(['thon-1'], 3000)), 'controller-unreachable');
      t.equal(hardware.lineHealth()?.state, 'down');
      await controller.faults.replug();
      await events.next('up', before);
      await hardware.zones.hold(['thon-1'], 3000);
      t.equal(controller.state().closed[0], true);
    }
    t.equal(hardware.lineHealth()?.reopened, 3);
    t.equal(events.count('down'), 3, 'one for each time, not one for each vain attempt');
    t.equal(events.count('rebooted'), 0);
  });

  await t.test('a wedged controller: refused by the deadline, down, and up again when it recovers', async (t) => {
    const { hardware, controller, events } = await start(t, UNHURRIED);
    await hardware.zones.hold(['thon-1'], 800);
    controller.faults.wedge(true);
    const waiting = [hardware.zones.keep(800), hardware.zones.readBack(), hardware.amplifier.sense()];
    t.same(await Promise.all(waiting.map(refusalOf)), Array(3).fill('controller-unreachable'));
    t.match(await events.next('down'), { refusal: { code: 'controller-unreachable' } });
    t.equal(controller.state().closed[0], false, 'the dead-man is not the firmware');
    t.equal(hardware.lineHealth()?.timeouts, 2);
    const before = events.all.length;
    controller.faults.wedge(false);
    await events.next('up', before);
    await hardware.zones.hold(['thon-2'], 3000);
    t.equal(controller.state().closed[1], true);
  });

  await t.test('a quiet line that wedges is noticed without being asked for anything', async (t) => {
    const { controller, events } = await start(t);
    controller.faults.wedge(true);
    await events.next('down');
  });

  await t.test('a controller that restarts under an open line says so; its relays are open', async (t) => {
    const { hardware, controller, events } = await start(t);
    await hardware.zones.hold(['thon-1'], 60_000);
    controller.faults.reboot('BROWNOUT');
    t.same(await events.next('rebooted'), { type: 'rebooted', cause: 'BROWNOUT' });
    t.notOk((await hardware.zones.readBack()).some((zone) => zone.commanded || zone.sensed === true));
    t.equal(await refusalOf(hardware.zones.keep(3000)), 'lease-lost');
    t.equal(events.count('rebooted'), 1);
    t.equal(events.count('down'), 0);
    t.equal(events.count('up'), 2, 'and it can be used again');
  });

  await t.test('a restart whose word got lost is seen by its boot id', async (t) => {
    const { hardware, controller, events } = await start(t);
    controller.faults.garble(1);
    controller.faults.reboot('WATCHDOG');
    controller.faults.garble(0);
    await hardware.zones.readBack();
    t.same(await events.next('rebooted'), { type: 'rebooted', cause: 'WATCHDOG' });
  });

  await t.test('a restart while unplugged is told before up', async (t) => {
    const { controller, events } = await start(t);
    const before = events.all.length;
    await controller.faults.unplug();
    controller.faults.reboot('POWER');
    await events.next('down', before);
    await controller.faults.replug();
    await events.next('up', before);
    t.same(
      events.all.slice(before).map((event) => event.type),
      ['down', 'rebooted', 'up'],
    );
  });

  await t.test('a stuck relay shows in the read-back', async (t) => {
    const { hardware, controller, events } = await start(t);
    controller.faults.stick(1, 'open');
    controller.faults.stick(4, 'closed');
    await hardware.zones.hold(['thon-1', 'thon-2'], 3000);
    t.same(await hardware.zones.readBack(), [
      { zone: 'thon-1', commanded: true, sensed: false },
      { zone: 'thon-2', commanded: true, sensed: true },
      { zone: 'bien-gioi', commanded: false, sensed: true },
    ]);
    t.same(controller.state().closed.slice(0, 4), [false, true, false, true]);
    controller.faults.stick(4, undefined);
    t.equal(controller.state().closed[3], false);
    const told = () => events.all.filter(({ type }) => type === 'relay').at(-1);
    await until(() => /bien-gioi is closed/.test(JSON.stringify(told())), 'word of both');
    await hardware.zones.release();
    await hardware.zones.readBack();
    t.match(told(), { on: true, detail: 'thon-1 is open' }, 'open is what it should be now: that repairs nothing');
    controller.faults.stick(1, undefined);
    await hardware.zones.hold(['thon-1'], 3000);
    await hardware.zones.readBack();
    t.match(told(), { on: false });
  });

  await t.test('a relay that sticks while nobody asks is told all the same', async (t) => {
    const { controller, events } = await start(t);
    controller.faults.stick(2, 'closed');
    t.match(await events.next('relay'), { on: true, detail: 'thon-2 is closed' });
  });

  await t.test('a fault that stands is not over because the line came back', async (t) => {
    const { controller, events } = await start(t);
    controller.faults.amplifierFault(true);
    await events.next('fault');
    const before = events.all.length;
    await controller.faults.unplug();
    await events.next('down', before);
    await controller.faults.replug();
    await events.next('up', before);
    t.equal(events.all.slice(before).filter(({ type }) => type === 'fault').length, 0, 'nothing new to say');
    controller.faults.amplifierFault(false);
    t.same(await events.next('fault', before), { type: 'fault', on: false, detail: '' });
  });

  await t.test('a lying contact shows in the read-back too: the real one is another', async (t) => {
    const { hardware, controller } = await start(t);
    controller.faults.lie(2, 'open');
    await hardware.zones.hold(['thon-2'], 3000);
    t.match((await hardware.zones.readBack())[1], { commanded: true, sensed: false });
    t.equal(controller.state().closed[1], true);
  });

  await t.test('heat, override, tamper and faults are told once, as they come and go', async (t) => {
    const { hardware, controller, events } = await start(t);
    const before = events.all.length;
    controller.faults.overTemperature(true);
    controller.faults.override(true);
    controller.faults.tamper(true);
    controller.faults.amplifierFault(true);
    await events.next('fault', before);
    t.equal((await hardware.readings()).temperatureC, 96);
    t.equal(await refusalOf(hardware.amplifier.power(true)), 'amplifier-fault');
    controller.faults.overTemperature(false);
    controller.faults.override(false);
    controller.faults.tamper(false);
    controller.faults.amplifierFault(false);
    await hardware.amplifier.power(true);
    t.same(events.all.slice(before), [
      { type: 'over-temperature', on: true },
      { type: 'override', on: true },
      { type: 'tamper', on: true },
      { type: 'fault', on: true, detail: 'AMPLIFIER' },
      { type: 'over-temperature', on: false },
      { type: 'override', on: false },
      { type: 'tamper', on: false },
      { type: 'fault', on: false, detail: '' },
    ]);
  });

  await t.test('what began while nobody could hear it is told when the line is up', async (t) => {
    const { controller, events } = await start(t);
    const before = events.all.length;
    await controller.faults.unplug();
    controller.faults.overTemperature(true);
    await events.next('down', before);
    await controller.faults.replug();
    t.same(await events.next('over-temperature', before), { type: 'over-temperature', on: true });
  });
}
