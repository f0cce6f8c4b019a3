import { test } from 'tap';
import { correlateBeginning } from '../../simulator/hearing/correlate.ts';
import { segmentsOf } from '../../simulator/hearing/segments.ts';
import { isDigitalSilence } from '../../simulator/hearing/silence.ts';
import { withoutUnderruns } from '../../simulator/hearing/underruns.ts';
import type { VirtualStation } from '../../simulator/station/station.ts';
import { Story } from '../support/story.ts';
import { until } from '../support/until.ts';

test('what matters more is heard first', async (t) => {
  const story = await Story.begin();
  t.teardown(() => story.close());
  const long = await story.programme(6, 300);
  const short = await story.programme(2, 900);

  await t.test('an emergency preempts a routine order in its zone, and only at its station', async (t) => {
    const [here, elsewhere] = await Promise.all([
      story.station({ station: 'here' }),
      story.station({ station: 'elsewhere', transport: 'tcp' }),
    ]);
    const long = await story.programme(20, 300);
    const routine = await story.order(long, { to: { stations: ['here', 'elsewhere'] } });
    await until('sound', () => here.loudspeaker.timeline.events.some(({ what }) => what === 'sound-started'));
    const emergency = await story.order(short, {
      to: { stations: ['here'] },
      zones: ['thon-2'],
      priority: 'emergency',
    });
    t.match(await story.outcome(emergency, 'here'), { outcome: 'aired' });
    t.match(await story.outcome(routine, 'here'), { outcome: 'preempted' });
    t.match(await story.outcome(routine, 'elsewhere'), { outcome: 'aired' });
    t.ok((await story.heard(here, 'thon-2', short)) >= 0.95);
    t.ok((await story.heard(elsewhere, 'thon-2', long)) >= 0.95);
    const [cut] = segmentsOf(here.loudspeaker.timeline.events, 'thon-1');
    const other = (await story.sound(here, 'thon-1')).subarray(cut?.to);
    t.ok(isDigitalSilence(other), 'after it was cut off nothing was heard where the emergency was not meant');
    const beginning = (await story.sound(here, 'thon-1')).subarray(cut?.from, cut?.to);
    const heard = withoutUnderruns(beginning, here.loudspeaker.timeline.events, cut?.from);
    t.ok(correlateBeginning(heard, long.pcm).coefficient >= 0.95);
    const said = (await story.outcome(routine, 'here')).evidence?.played?.ms ?? 0;
    const heardMs = ((cut?.to ?? 0) - (cut?.from ?? 0)) / 48;
    t.ok(said <= heardMs, `the report says ${said} ms, heard were ${heardMs} ms`);
    t.same(isolated(here), [], 'no relay of another zone moved while the emergency was on air');
  });

  await t.test('a preempted order that is to restart airs in full afterwards', async (t) => {
    const station = await story.station({ station: 'again' });
    const routine = await story.order(long, { to: { stations: ['again'] }, onInterrupt: 'restart' });
    await until('sound', () => station.loudspeaker.timeline.events.some(({ what }) => what === 'sound-started'));
    const urgent = await story.order(short, { to: { stations: ['again'] }, priority: 'priority' });
    t.match(await story.outcome(routine, 'again'), { outcome: 'aired' });
    t.match(await story.outcome(urgent, 'again'), { outcome: 'aired' });
    t.ok((await story.heard(station, 'thon-3', long)) >= 0.95);
    t.ok((await story.heard(station, 'thon-3', short)) >= 0.95);
  });
});

/** Zones whose relay closed after the first opening, though the emergency was for thon-2 alone. */
function isolated(station: VirtualStation): string[] {
  const relays = station.loudspeaker.timeline.events.filter((event) => event.what === 'relay');
  const firstOpened = relays.findIndex((event) => !event.closed);
  return relays.slice(firstOpened).flatMap((event) => (event.closed && event.zone !== 'thon-2' ? [event.zone] : []));
}
