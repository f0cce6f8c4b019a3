import { test } from 'tap';
import { Alarms } from '../../agent/health/alarms.ts';
import { silentLog } from '../../agent/log.ts';
import { alarmNames } from '../../protocol/alarm.ts';
import { ManualClock, turn } from '../support/manual-clock.ts';
import { trustedClock } from '../support/station-clocks.ts';

test('[P-50] an alarm that an earlier life may have left at the broker ends at the first connection', async (t) => {
  let up = true;
  const told: string[] = [];
  const alarms = new Alarms({
    centre: 'vinh-phuc',
    station: 'dai-dong',
    stationClock: trustedClock(new ManualClock()),
    log: silentLog,
    publish: async ({ topic, payload }) => {
      if (!up) throw new Error('the link is down');
      told.push(`${topic.split('/').at(-1)} ${payload.byteLength > 0 ? 'stands' : 'ended'}`);
    },
  });
  const tellAll = async () => {
    told.length = 0;
    alarms.tellAll();
    await turn();
    return [...told];
  };
  alarms.raise('disk', 'critical', 'full');
  const first = await tellAll();
  t.same(first.sort(), alarmNames.map((name) => `${name} ${name === 'disk' ? 'stands' : 'ended'}`).sort());
  t.same(await tellAll(), ['disk stands'], 'what the broker has is not said again');

  up = false;
  alarms.clear('disk');
  alarms.raise('clock', 'warning', 'no time');
  alarms.clear('clock');
  await tellAll();
  up = true;
  t.same((await tellAll()).sort(), ['clock ended', 'disk ended'], 'it may have gone unheard');
  t.same(await tellAll(), []);
});
