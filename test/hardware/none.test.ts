import { test } from 'tap';
import { createHardware } from '../../agent/hardware/open-hardware.ts';
import { silentLog } from '../../agent/log.ts';
import { zones } from './bench.ts';
import { everyDriver } from './every-driver.ts';

test('none', async (t) => {
  await everyDriver(t, async () => createHardware({ driver: 'none', zones, log: silentLog }));
  const hardware = createHardware({ driver: 'none', zones: [{ zone: 'thon-1' }], log: silentLog });
  t.same(hardware.traits, { driver: 'none', readback: 'none', deadman: false, senses: [] });
  t.equal(hardware.lineHealth(), undefined);
});
