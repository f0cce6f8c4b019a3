import { join } from 'node:path';
import { type Test, test } from 'tap';
import type { Report } from '../../protocol/report.ts';
import { type Expectation, judgeStation, type Witness } from '../../simulator/demo/judge.ts';
import type { Happening, TimelineEvent } from '../../simulator/loudspeaker/timeline.ts';
import { openWav } from '../../simulator/loudspeaker/wav-writer.ts';
import { speechLike, temporaryDirectory } from './helpers.ts';

const SECOND = 48_000;
const ID = '01890000-0000-7000-8000-000000000001';
const at = (ms: number): string => new Date(Date.UTC(2026, 10, 20) + ms).toISOString();
const event = (ms: number, sample: number, happening: Happening): TimelineEvent => ({
  at: at(ms),
  ms,
  sample,
  ...happening,
});

const report = (outcome: Report['outcome']): Report => ({
  station: 'dai-dong',
  epoch: 'a'.repeat(32),
  seq: 1,
  at: at(0),
  clock: 'trusted',
  software: 'test',
  outcome,
  order: { id: ID, rev: 1 },
});

/** One airing of two seconds in `thon-1`, 20 ms after its order; `heard` by zone is what their WAVs hold. */
async function witness(t: Test, heard: Record<string, Int16Array>): Promise<Witness> {
  const directory = await temporaryDirectory(t);
  for (const [zone, sound] of Object.entries(heard)) {
    const wav = openWav(join(directory, `${zone}.wav`));
    wav.append(sound);
    wav.close();
  }
  return {
    station: 'dai-dong',
    zones: Object.keys(heard),
    wavOf: (zone) => join(directory, `${zone}.wav`),
    events: [
      event(20, 0, { what: 'relay', zone: 'thon-1', closed: true }),
      event(30, 480, { what: 'player', did: 'started' }),
      event(30, 480, { what: 'sound-started', zone: 'thon-1' }),
      event(2_030, 480 + 2 * SECOND, { what: 'player', did: 'drained' }),
      event(2_030, 480 + 2 * SECOND, { what: 'sound-ended', zone: 'thon-1', from: 480, peakDb: -3, rmsDb: -20 }),
      event(2_040, 960 + 2 * SECOND, { what: 'relay', zone: 'thon-1', closed: false }),
    ],
  };
}

const programme = speechLike(2 * SECOND);
const recorded = (sound: Int16Array): Int16Array => {
  const whole = new Int16Array(2 * SECOND + 960);
  whole.set(sound, 480);
  return whole;
};
const silent = recorded(new Int16Array(0));

const expectation = (changes: Partial<Expectation> = {}): Expectation => ({
  kind: 'routine',
  order: { id: ID, issuedAt: at(0) },
  outcome: 'aired',
  zones: ['thon-1'],
  heard: 'whole',
  programme,
  reports: [report('aired')],
  ...changes,
});

const codes = async (seen: Witness, ...expected: Expectation[]): Promise<string[]> =>
  (await judgeStation(seen, expected)).flatMap((row) => row.problems.map((problem) => problem.code));

test('what was heard as ordered is right, with its times', async (t) => {
  const seen = await witness(t, { 'thon-1': recorded(programme), cho: silent });
  const [row] = await judgeStation(seen, [expectation()]);
  t.match(row, {
    problems: [],
    toRelayMs: 20,
    toSoundMs: 30,
    silent: ['cho'],
    zones: [{ zone: 'thon-1', heardMs: 2_000 }],
  });
});

test('the report alone proves nothing', async (t) => {
  const seen = await witness(t, { 'thon-1': silent, cho: silent });
  t.same(await codes(seen, expectation()), ['not-heard']);
});

test('the sound alone proves nothing', async (t) => {
  const seen = await witness(t, { 'thon-1': recorded(programme), cho: silent });
  t.same(await codes(seen, expectation({ reports: [] })), ['outcome']);
  t.same(await codes(seen, expectation({ reports: [report('airing')] })), ['outcome']);
});

test('one sample in a zone that was not selected is too much, during the airing and outside it', async (t) => {
  const during = recorded(new Int16Array(0));
  during[SECOND] = 1;
  t.same(await codes(await witness(t, { 'thon-1': recorded(programme), cho: during }), expectation()), ['not-silent']);
  const outside = recorded(new Int16Array(0));
  outside[10] = 1;
  t.same(await codes(await witness(t, { 'thon-1': recorded(programme), cho: outside }), expectation()), ['not-silent']);
});

test('another programme, or half of it, is not the programme', async (t) => {
  const other = await witness(t, { 'thon-1': recorded(speechLike(2 * SECOND, 9)) });
  t.same(await codes(other, expectation()), ['not-heard']);
  const half = await witness(t, { 'thon-1': recorded(programme.subarray(0, SECOND)) });
  t.same(await codes(half, expectation()), ['not-heard']);
});

test('a preempted programme is right when its beginning was heard', async (t) => {
  const seen = await witness(t, { 'thon-1': recorded(programme) });
  const longer = new Int16Array(10 * SECOND);
  longer.set(programme);
  longer.set(speechLike(8 * SECOND, 3), 2 * SECOND);
  const expected = {
    outcome: 'preempted',
    heard: 'beginning',
    programme: longer,
    reports: [report('preempted')],
  } as const;
  t.same(await codes(seen, expectation(expected)), []);
});

test('a forged order may not be heard, nor move a relay, and is refused for its signature', async (t) => {
  const seen = await witness(t, { 'thon-1': recorded(programme) });
  const forged = (code: 'bad-signature' | 'expired'): Expectation =>
    expectation({
      kind: 'forged',
      outcome: 'rejected',
      zones: [],
      heard: 'nothing',
      reports: [{ ...report('rejected'), refusal: { code } }],
    });
  t.same(await codes(seen, expectation(), forged('bad-signature')), []);
  t.same(await codes(seen, expectation(), forged('expired')), ['refusal']);
  t.same(await codes(seen, forged('bad-signature')), ['airings', 'relay-moved']);
});
