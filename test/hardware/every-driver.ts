import type { Test } from 'tap';
import type { Hardware } from '../../agent/hardware/ports.ts';
import { HeardEvents, refusalOf, until, zones } from './bench.ts';

/** What holds for every driver. `start` gives a driver that is not open yet, wired to `zones`. */
export async function everyDriver(t: Test, start: (t: Test) => Promise<Hardware>): Promise<void> {
  await t.test('says up after it was opened', async (t) => {
    const hardware = await start(t);
    const events = new HeardEvents(hardware);
    t.same(events.all, []);
    hardware.open();
    hardware.open();
    await events.next('up');
    t.equal(events.count('up'), 1);
    t.not(hardware.lineHealth()?.state, 'down');
  });

  await t.test('does what an airing asks, and reads back as far as it claims', async (t) => {
    const { zones: switched, amplifier, traits } = await opened(t, start);
    await amplifier.power(true);
    await amplifier.level(60);
    await switched.hold(['thon-1', 'bien-gioi'], 3000);
    await switched.keep(3000);
    const held = await switched.readBack();
    await amplifier.mute(false);
    const output = await amplifier.sense();
    await amplifier.mute(true);
    await switched.release();
    const released = await switched.readBack();
    await amplifier.power(false);
    if (traits.readback === 'none') {
      t.same([held, released], [[], []]);
    } else {
      t.same(
        held.filter((zone) => zone.commanded).map((zone) => zone.zone),
        ['thon-1', 'bien-gioi'],
      );
      t.equal(held.length, zones.length);
      t.notOk(released.some((zone) => zone.commanded || zone.sensed === true));
    }
    t.ok(held.every((zone) => (zone.sensed === undefined) === (traits.readback !== 'contact')));
    t.equal(output !== undefined, traits.senses.includes('output'));
  });

  await t.test('refuses a zone it does not have, and switches nothing for it', async (t) => {
    const hardware = await opened(t, start);
    t.equal(await refusalOf(hardware.zones.hold(['thon-1', 'thon-9'], 3000)), 'unknown-zone');
    t.notOk((await hardware.zones.readBack()).some((zone) => zone.commanded));
  });

  await t.test('gives readings of no more than its own zones', async (t) => {
    const readings = await (await opened(t, start)).readings();
    const names: readonly string[] = zones.map(({ zone }) => zone);
    t.ok(readings.zones.every(({ zone }) => names.includes(zone)));
  });

  await t.test('tells no one who stopped listening, and survives a listener that throws', async (t) => {
    const hardware = await start(t);
    const stop = hardware.listen(() => t.fail('stopped listening'));
    stop();
    hardware.listen(() => {
      throw new Error('a mistake of a listener');
    });
    const events = new HeardEvents(hardware);
    hardware.open();
    await events.next('up');
  });

  await t.test('closes, opened or not', async (t) => {
    await (await start(t)).close();
    const hardware = await opened(t, start);
    await hardware.close();
    await hardware.close();
  });
}

async function opened(t: Test, start: (t: Test) => Promise<Hardware>): Promise<Hardware> {
  const hardware = await start(t);
  const events = new HeardEvents(hardware);
  hardware.open();
  await until(() => events.count('up') > 0, 'up');
  return hardware;
}
