import { test } from 'tap';
import { embeddedBus } from '../../broker/bus/embedded.ts';
import { silentLog } from '../../broker/log.ts';
import { busSuite } from './bus-suite.ts';

test('the embedded bus', (t) =>
  busSuite(t, async () => {
    const bus = await embeddedBus({ centre: 'vinh-phuc', host: '127.0.0.1', port: 0, log: silentLog });
    return { bus, close: () => bus.close() };
  }));
