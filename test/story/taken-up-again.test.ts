import { test } from 'tap';
import { UNSURE_MS } from '../../agent/audio/player.ts';
import { correlate } from '../../simulator/hearing/correlate.ts';
import { segmentsOf } from '../../simulator/hearing/segments.ts';
import { withoutUnderruns } from '../../simulator/hearing/underruns.ts';
import type { VirtualStation } from '../../simulator/station/station.ts';
import { type Programme, Story } from '../support/story.ts';
import { until } from '../support/until.ts';

const sounds = (station: VirtualStation, what: 'sound-started' | 'sound-ended') =>
  station.loudspeaker.timeline.events.filter((event) => event.what === what).length;

/** How much of a programme each stretch of sound holds, and where in it that lies, in milliseconds. */
async function stretches(story: Story, station: VirtualStation, zone: string, programme: Programme) {
  const sound = await story.sound(station, zone);
  const { events } = station.loudspeaker.timeline;
  return segmentsOf(events, zone).map(({ from, to }) => {
    const heard = withoutUnderruns(sound.subarray(from, to), events, from);
    const { coefficient, lag } = correlate(programme.pcm, heard);
    return { coefficient, beginsMs: lag / 48, lengthMs: heard.length / 48 };
  });
}

test('what was interrupted goes on as its order says', async (t) => {
  const story = await Story.begin();
  t.teardown(() => story.close());
  const long = await story.programme(6, 300);
  const short = await story.programme(1, 1_200);

  await t.test('a preempted order resumes a moment before where it stopped, so that nothing is missed', async (t) => {
    const station = await story.station({ station: 'resumes', zones: [{ id: 'thon-1', name: 'Thôn 1', tags: [] }] });
    const order = await story.order(long, { to: { stations: ['resumes'] }, onInterrupt: 'resume' });
    await until('two seconds of sound', () => {
      station.loudspeaker.flush();
      const [start] = station.loudspeaker.timeline.events.filter(({ what }) => what === 'sound-started');
      return start !== undefined && performance.now() - start.ms > 2_000;
    });
    const emergency = await story.order(short, { to: { stations: ['resumes'] }, priority: 'emergency' });
    t.match(await story.outcome(emergency, 'resumes'), { outcome: 'aired' });
    t.match(await story.outcome(order, 'resumes'), { outcome: 'aired' });
    const outcomes = (await story.reports(order, 'resumes')).map(({ outcome, continues }) => [outcome, continues]);
    t.same(outcomes.slice(2), [
      ['airing', undefined],
      ['preempted', true],
      ['airing', undefined],
      ['aired', undefined],
    ]);
    const parts = (await stretches(story, station, 'thon-1', long)).filter(({ coefficient }) => coefficient > 0.8);
    t.equal(parts.length, 2, 'two parts of the long programme');
    const [first, second] = parts;
    const gap = (second?.beginsMs ?? 0) - (first?.lengthMs ?? 0);
    t.ok(gap <= 0 && gap > -2 * UNSURE_MS, `the second part begins ${gap} ms after the end of the first`);
    const [, , , preempted] = await story.reports(order, 'resumes');
    const claimed = preempted?.evidence?.played?.ms ?? 0;
    t.ok(claimed > 0 && claimed <= (first?.lengthMs ?? 0), `${claimed} of ${first?.lengthMs} ms claimed`);
  });

  await t.test('after sudden death it resumes, or begins again, or does neither', async (t) => {
    for (const onInterrupt of ['resume', 'restart', 'skip'] as const) {
      const name = `dies-${onInterrupt}`;
      const station = await story.station({ station: name, transport: 'tcp' });
      const order = await story.order(long, { to: { stations: [name] }, zones: ['thon-1'], onInterrupt });
      await until('three seconds of sound', () => {
        const [start] = station.loudspeaker.timeline.events.filter(({ what }) => what === 'sound-started');
        return start !== undefined && performance.now() - start.ms > 3_000;
      });
      await station.agent.kill();
      await until('open relays', () => station.controller.state().closed.every((closed) => !closed));
      station.agent.start();
      const expected = onInterrupt === 'skip' ? 'interrupted' : 'aired';
      t.match(await story.outcome(order, name), { outcome: expected }, onInterrupt);
      const parts = await stretches(story, station, 'thon-1', long);
      t.equal(parts.length, onInterrupt === 'skip' ? 1 : 2);
      t.ok(
        parts.every(({ coefficient }) => coefficient > 0.9),
        JSON.stringify(parts),
      );
      const [first, second] = parts;
      if (onInterrupt === 'resume') {
        t.ok(
          second !== undefined && second.beginsMs > 100 && second.beginsMs <= (first?.lengthMs ?? 0),
          `from ${second?.beginsMs} ms on, after ${first?.lengthMs} ms`,
        );
      }
      if (onInterrupt === 'restart') t.ok(second !== undefined && Math.abs(second.beginsMs) < 100);
    }
  });

  await t.test('an order that is repeated with a long gap leaves the station to others meanwhile', async (t) => {
    const station = await story.station({ station: 'repeats' });
    const order = await story.order(short, {
      to: { stations: ['repeats'] },
      zones: ['thon-1'],
      repeat: { times: 2, gap: 20 },
    });
    await until('the first end', () => sounds(station, 'sound-ended') === 1);
    await until('open relays in the gap', () => station.controller.state().closed.every((closed) => !closed));
    const other = await story.order(short, { to: { stations: ['repeats'] }, zones: ['thon-2'] });
    t.match(await story.outcome(other, 'repeats'), { outcome: 'aired' });
    t.equal(segmentsOf(station.loudspeaker.timeline.events, 'thon-1').length, 1, 'the other one aired in the gap');
    const report = await story.outcome(order, 'repeats');
    t.match(report, { outcome: 'aired' });
    t.equal(Math.round((report.evidence?.played?.ms ?? 0) / 100), Math.round((2 * short.pcm.length) / 4_800));
    const parts = await stretches(story, station, 'thon-1', short);
    t.equal(parts.length, 2);
    t.ok(
      parts.every(({ coefficient }) => coefficient > 0.9),
      JSON.stringify(parts),
    );
    t.same(
      (await story.reports(order, 'repeats')).map(({ outcome }) => outcome),
      ['accepted', 'ready', 'airing', 'aired'],
    );
  });

  await t.test('a cancelled airing fades out', async (t) => {
    const station = await story.station({ station: 'fades', transport: 'tcp' });
    const order = await story.order(await story.programme(30, 300), {
      to: { stations: ['fades'] },
      zones: ['thon-1'],
    });
    await until('sound', () => sounds(station, 'sound-started') === 1);
    await story.post(`/api/orders/${order.id}/cancel`, {});
    t.match(await story.outcome(order, 'fades'), { outcome: 'cancelled' });
    const [segment] = segmentsOf(station.loudspeaker.timeline.events, 'thon-1');
    const sound = (await story.sound(station, 'thon-1')).subarray(segment?.from, segment?.to);
    const loudness = (from: number, to: number) => Math.max(...sound.subarray(from, to).map(Math.abs));
    const end = sound.length;
    t.ok(loudness(0, 4_800) > 4 * loudness(end - 2_400, end), 'the last 50 ms are much softer than the beginning');
    t.ok(loudness(end - 480, end) < 2_000, 'it ends near silence');
    t.same(station.controller.state().closed, [false, false, false]);
  });
});

test('a daily order airs at its local time and stays in force', async (t) => {
  const story = await Story.begin();
  t.teardown(() => story.close());
  const station = await story.station({ station: 'daily' });
  const programme = await story.programme(1);
  const soon = new Date(Math.ceil((Date.now() + 15_000) / 60_000) * 60_000);
  const time = soon.toISOString().slice(11, 16);
  const order = await story.order(programme, {
    to: { stations: ['daily'] },
    when: { type: 'daily', times: [time], timeZone: 'UTC' },
    expiresInSeconds: 30 * 86_400,
  });
  const report = await until(
    'the airing',
    async () => (await story.reports(order, 'daily')).find(({ outcome }) => outcome === 'aired'),
    180_000,
  );
  t.equal(report.occurrence, soon.toISOString());
  const [began] = station.loudspeaker.timeline.events.filter(({ what }) => what === 'sound-started');
  // The station's clock is as good as the centre's answer to its question, half a round trip either way.
  t.ok(began !== undefined && Date.parse(began.at) >= soon.getTime() - 500, `heard ${began?.at}`);
  await story.post(`/api/orders/${order.id}/cancel`, {});
  await until('the end of the order', async () =>
    (await story.reports(order, 'daily')).some(({ outcome, occurrence }) => outcome === 'cancelled' && !occurrence),
  );
});
