import { test } from 'tap';
import type { Outcome, Report } from '../../protocol/report.ts';
import type { TimelineEvent } from '../../simulator/loudspeaker/timeline.ts';
import { check } from './checker/check.ts';
import type { Hearing, History, OrderedRevision, Rule, StationHistory } from './checker/history.ts';

/** Made-up histories: a true one, and for each promise one that breaks it. */
const START = Date.parse('2026-11-20T08:00:00.000Z');
const at = (ms: number): string => new Date(START + ms).toISOString();
const id = '0193e5a0-0000-7000-8000-000000000001';

const order: OrderedRevision = {
  ...{ id, rev: 1, priority: 'routine', stations: ['dai-1'], zones: ['thon-1'], occurrences: ['now'] },
  ...{ issuedAt: START, lateByMs: 5_000, expiresAt: START + 45_000, signature: 7, durationMs: 2_000, times: 1 },
  ...{ resumes: false, answered: true, cancelAnswered: false, booked: { rev: 1, cancelled: false }, last: false },
};

interface Told {
  readonly outcome: Outcome;
  readonly ms: number;
  readonly continues?: true;
  readonly occurrence?: string;
  readonly rev?: number;
}

const reportsOf = (told: readonly Told[]): Report[] =>
  told.map(({ outcome, ms, continues, occurrence = 'now', rev = 1 }, index) => ({
    ...{ station: 'dai-1', epoch: 'a'.repeat(32), seq: index + 1, at: at(ms), clock: 'trusted', software: 'loa/0' },
    ...{ outcome, order: { id, rev }, occurrence, ...(continues && { continues }) },
  }));

const aired: readonly Told[] = [
  { outcome: 'accepted', ms: 20 },
  { outcome: 'ready', ms: 100 },
  { outcome: 'airing', ms: 110 },
  { outcome: 'aired', ms: 2_200 },
];

/** Cut short, and long afterwards taken up again. */
const tookUpAgain = (): Partial<StationHistory> => ({
  hearings: [sound(130, 900), sound(21_000, 23_000)],
  timeline: relay('thon-1', 120, 910, 20_900, 23_010),
  reports: reportsOf([
    ...aired.slice(0, 3),
    { outcome: 'interrupted', ms: 950, continues: true },
    { outcome: 'airing', ms: 20_900 },
    { outcome: 'aired', ms: 23_050 },
  ]),
});

const sound = (from: number, to: number, hearing: Partial<Hearing> = {}): Hearing => ({
  ...{
    zone: 'thon-1',
    from: START + from,
    to: START + to,
    audibleMs: to - from,
    signature: 7,
    passes: [{ from: 0, to: to - from }],
  },
  ...hearing,
});

const relay = (zone: string, ...times: readonly number[]): TimelineEvent[] =>
  times.map((ms, index) => ({ what: 'relay', zone, closed: index % 2 === 0, at: at(ms), ms, sample: 0 }));

const dai: StationHistory = {
  ...{ station: 'dai-1', zones: ['thon-1', 'cho'], lives: [{ from: START - 1_000, to: undefined }], odd: 0 },
  told: [],
  clockSet: false,
  cards: [],
  timeline: relay('thon-1', 120, 2_190),
  hearings: [sound(130, 2_130)],
  reports: reportsOf(aired),
};

const history = (station: Partial<StationHistory> = {}, ...orders: readonly Partial<OrderedRevision>[]): History => ({
  stations: [{ ...dai, ...station }],
  orders: orders.length === 0 ? [order] : orders.map((each) => ({ ...order, ...each })),
  clockToleranceMs: 500,
});

const rules = (judged: History): Rule[] => [...new Set(check(judged).map(({ rule }) => rule))];

test('what went as it should breaks no rule', async (t) => {
  t.same(check(history()), []);

  await t.test('a warning comes back as long as it is in force', async (t) => {
    t.same(rules(history(tookUpAgain(), { priority: 'emergency' })), []);
  });

  await t.test('restarted after a sudden death', async (t) => {
    const judged = history({
      lives: [
        { from: START - 1_000, to: START + 600 },
        { from: START + 900, to: undefined },
      ],
      timeline: relay('thon-1', 120, 3_590, 4_000, 6_100),
      hearings: [sound(130, 900), sound(4_050, 6_050)],
      reports: reportsOf([
        ...aired.slice(0, 3),
        { outcome: 'interrupted', ms: 1_400, continues: true },
        { outcome: 'airing', ms: 3_990 },
        { outcome: 'aired', ms: 6_120 },
      ]),
    });
    t.same(check(judged), []);
  });

  await t.test('a relay that the controller opened by itself, late on a busy machine', async (t) => {
    const lives = [{ from: START - 1_000, to: START + 500 }];
    const opened = (ms: number) => relay('thon-1', 120, ms).map((event) => ({ ...event, cause: 'lease' }));
    t.notOk(rules(history({ lives, timeline: opened(4_700) })).includes('relay-without-owner'));
    t.ok(rules(history({ lives, timeline: opened(7_000) })).includes('relay-without-owner'), 'but not ever so late');
  });

  await t.test('resumed after a preemption, repeated', async (t) => {
    const judged = history(
      {
        timeline: relay('thon-1', 120, 2_650, 5_000, 6_700),
        hearings: [
          sound(130, 2_630, {
            passes: [
              { from: 0, to: 2_000 },
              { from: 0, to: 500 },
            ],
          }),
          sound(5_050, 6_600, { passes: [{ from: 480, to: 2_000 }] }),
        ],
        reports: reportsOf([
          ...aired.slice(0, 3),
          { outcome: 'preempted', ms: 2_660, continues: true },
          { outcome: 'airing', ms: 4_990 },
          { outcome: 'aired', ms: 6_720 },
        ]),
      },
      { resumes: true, times: 2 },
    );
    t.same(check(judged), []);
  });

  await t.test('two occurrences of a warning, tried in vain and then taking turns', async (t) => {
    const [first, second] = [at(0), at(2_000)];
    const judged = history(
      {
        timeline: relay('thon-1', 120, 130, 2_110, 4_140, 4_160, 6_240),
        hearings: [sound(2_130, 4_130), sound(4_200, 6_200)],
        reports: reportsOf([
          { outcome: 'airing', ms: 110, occurrence: first },
          { outcome: 'airing', ms: 2_100, occurrence: second },
          { outcome: 'aired', ms: 4_150, occurrence: second },
          { outcome: 'aired', ms: 6_250, occurrence: first },
        ]),
      },
      { priority: 'emergency', occurrences: [first, second] },
    );
    t.same(check(judged), []);
  });

  await t.test('a warning that a station without the time heard of again when it started', async (t) => {
    const judged = history(
      {
        lives: [
          { from: START - 40_000, to: START - 20_000 },
          { from: START - 1_000, to: undefined },
        ],
        reports: reportsOf(aired).map((report) => ({ ...report, clock: 'untrusted' as const })),
      },
      { priority: 'emergency', issuedAt: START - 22_000 },
    );
    t.same(check(judged), []);
  });

  await t.test('aired by a clock that was set wrong, and reported when the time was known again', async (t) => {
    const wrong = reportsOf(aired).map((report) => ({
      ...report,
      ...(report.outcome !== 'aired' && { at: '1970-01-01T00:00:07.000Z', clock: 'untrusted' as const }),
    }));
    const urgent = { priority: 'emergency' as const };
    t.same(check(history({ reports: wrong, clockSet: true }, urgent)), []);
  });

  await t.test('a warning that failed a moment before its end, and was tried again', async (t) => {
    const judged = history(
      {
        timeline: relay('thon-1', 120, 2_080, 3_110, 5_180),
        hearings: [sound(130, 2_080), sound(3_130, 5_130)],
        reports: reportsOf(aired.map((told) => (told.outcome === 'aired' ? { ...told, ms: 5_200 } : told))),
      },
      { priority: 'emergency' },
    );
    t.same(check(judged), []);
  });

  await t.test('an old card is put back: what it held goes on under another epoch', async (t) => {
    const [first, second] = ['a'.repeat(32), 'b'.repeat(32)];
    const later = { id: `${id.slice(0, -1)}2`, signature: 8, issuedAt: START + 12_000, expiresAt: START + 60_000 };
    const told: readonly Told[] = aired.map((each) => ({ ...each, ms: each.ms + 12_000 }));
    const renewed = reportsOf(told).map((report) => ({ ...report, epoch: second, order: { id: later.id, rev: 1 } }));
    const judged: Partial<StationHistory> = {
      timeline: relay('thon-1', 120, 2_190, 9_000, 9_400, 12_120, 14_190),
      hearings: [sound(130, 2_130), sound(9_050, 9_350), sound(12_130, 14_130, { signature: 8 })],
      reports: [...reportsOf(aired).map((report) => ({ ...report, epoch: first })), ...renewed],
    };
    const cards = [{ imageAt: START + 2_500, putBackAt: START + 10_000 }];
    t.same(check(history({ ...judged, cards }, order, later)), []);
    const found = rules(history(judged, order, later));
    t.same(found.sort(), ['heard-unreported', 'numbers', 'relay-unexplained'], 'and without that it is a lost journal');
  });

  await t.test('a sound too short to tell what it is, with a sink that ran dry behind it', async (t) => {
    const click = sound(300, 1_700, { signature: undefined, passes: [], audibleMs: 12 });
    t.same(check(history({ hearings: [...dai.hearings, click] })), []);
  });

  await t.test('an old card says of an airing that it was interrupted, which the ledger knows', async (t) => {
    const again = (outcome: Outcome) => [
      ...reportsOf(aired),
      ...reportsOf([{ outcome, ms: 9_000 }]).map((report) => ({ ...report, epoch: 'b'.repeat(32) })),
    ];
    const cards = [{ imageAt: START + 500, putBackAt: START + 8_000 }];
    t.same(check(history({ cards, reports: again('interrupted') })), []);
    t.same(rules(history({ cards, reports: again('airing') })), ['two-outcomes']);
  });

  await t.test('an old card has forgotten what was accepted and cancelled meanwhile', async (t) => {
    const silent = { timeline: [], hearings: [], reports: reportsOf(aired.slice(0, 2)) };
    const cancelled = { cancelAnswered: true, booked: { rev: 1, cancelled: true } };
    const cards = [{ imageAt: START - 500, putBackAt: START + 8_000 }];
    t.same(check(history({ ...silent, cards }, cancelled)), []);
    t.same(rules(history(silent, cancelled)), ['no-outcome']);
    t.same(rules(history({ ...silent, cards })), ['no-outcome'], 'what is in force comes again');
  });

  await t.test('ended on air, or an earlier revision of it was', async (t) => {
    t.same(check(history({ told: [{ id, upTo: 1, at: START + 1_000 }] })), []);
    t.same(check(history({ told: [{ id, upTo: 0, at: START - 1_000 }] })), []);
  });

  await t.test('cancelled or superseded before the station heard of it', async (t) => {
    const silent = { timeline: [], hearings: [], reports: [] };
    t.same(check(history(silent, { cancelAnswered: true, booked: { rev: 1, cancelled: true } })), []);
    t.same(check(history(silent, { answered: false, booked: undefined })), []);
    const second = { rev: 2, signature: 8, booked: { rev: 2, cancelled: true } };
    t.same(check(history(silent, { booked: { rev: 2, cancelled: true } }, second)), []);
  });
});

test('every broken promise is found', async (t) => {
  const cases: readonly (readonly [what: string, rule: Rule, judged: History])[] = [
    ['a booking is lost', 'order-lost', history({}, { booked: undefined })],
    ['a revision is lost', 'order-lost', history({}, {}, { rev: 2, signature: 8 })],
    ['a cancellation is lost', 'cancellation-lost', history({}, { cancelAnswered: true })],
    ['a report is missing', 'numbers', history({ reports: reportsOf(aired).filter(({ seq }) => seq !== 2) })],
    [
      'a journal began anew',
      'numbers',
      history({ reports: reportsOf(aired).map((each) => ({ ...each, epoch: String(each.seq % 2).repeat(32) })) }),
    ],
    ['a report could not be counted', 'numbers', history({ odd: 1 })],
    ['an airing was never ended', 'no-outcome', history({ reports: reportsOf(aired.slice(0, 3)) })],
    ['the station never heard of it', 'no-outcome', history({ timeline: [], hearings: [], reports: [] })],
    [
      'it was to be continued and was not',
      'no-outcome',
      history({ reports: reportsOf([...aired.slice(0, 3), { outcome: 'preempted', ms: 2_200, continues: true }]) }),
    ],
    [
      'one of two occurrences has no outcome',
      'no-outcome',
      history(
        { reports: reportsOf(aired.map((told) => ({ ...told, occurrence: at(0) }))) },
        { occurrences: [at(0), at(9_000)] },
      ),
    ],
    [
      'a superseded revision was begun and never ended',
      'no-outcome',
      history({ reports: reportsOf(aired.slice(0, 3)) }, { booked: { rev: 2, cancelled: true } }),
    ],
    ['two outcomes', 'two-outcomes', history({ reports: reportsOf([...aired, { outcome: 'failed', ms: 2_300 }]) })],
    [
      'it goes on afterwards',
      'two-outcomes',
      history({ reports: reportsOf([...aired, { outcome: 'airing', ms: 2_300 }]) }),
    ],
    [
      'heard twice in two airings',
      'heard-twice',
      history({
        timeline: relay('thon-1', 120, 2_190, 2_300, 4_400),
        hearings: [sound(130, 2_130), sound(2_310, 4_310)],
        reports: reportsOf([
          ...aired.slice(0, 3),
          { outcome: 'interrupted', ms: 2_200, continues: true },
          { outcome: 'airing', ms: 2_290 },
          { outcome: 'aired', ms: 4_500 },
        ]),
      }),
    ],
    [
      'heard twice within one airing',
      'heard-twice',
      history({
        timeline: relay('thon-1', 120, 4_190),
        hearings: [
          sound(130, 4_130, {
            passes: [
              { from: 0, to: 2_000 },
              { from: 0, to: 2_000 },
            ],
          }),
        ],
        reports: reportsOf(aired.map((told) => (told.outcome === 'aired' ? { ...told, ms: 4_200 } : told))),
      }),
    ],
    ['aired, and nothing was heard', 'aired-unheard', history({ hearings: [] })],
    ['aired, and its end was not heard', 'aired-unheard', history({ hearings: [sound(130, 1_700)] })],
    [
      'aired, and its beginning was not heard',
      'aired-unheard',
      history({ hearings: [sound(530, 2_130, { passes: [{ from: 400, to: 2_000 }] })] }),
    ],
    [
      'aired, and the middle was not heard',
      'aired-unheard',
      history({
        hearings: [
          sound(130, 2_130, {
            passes: [
              { from: 0, to: 700 },
              { from: 1_000, to: 2_000 },
            ],
          }),
        ],
      }),
    ],
    [
      'aired, and more than a moment is missing where it was taken up again',
      'aired-unheard',
      history({
        hearings: [
          sound(130, 930, { passes: [{ from: 0, to: 800 }] }),
          sound(1_000, 1_850, { passes: [{ from: 1_150, to: 2_000 }] }),
        ],
      }),
    ],
    ['aired in two zones, heard in one', 'aired-unheard', history({}, { zones: undefined })],
    ['aired twice in a row, heard once', 'aired-unheard', history({}, { times: 2 })],
    [
      'heard, and reported as missed',
      'heard-unreported',
      history({ reports: reportsOf([...aired.slice(0, 2), { outcome: 'missed', ms: 5_100 }]) }),
    ],
    [
      'heard once more after its outcome',
      'heard-unreported',
      history({
        timeline: relay('thon-1', 120, 2_190, 9_000, 9_500),
        hearings: [...dai.hearings, sound(9_050, 9_450)],
      }),
    ],
    [
      'heard, and ordered elsewhere',
      'heard-unreported',
      history({ hearings: [...dai.hearings, sound(300, 700, { signature: 9 })] }),
    ],
    [
      'a sound that is none of ours',
      'unknown-sound',
      history({ hearings: [...dai.hearings, sound(300, 700, { signature: undefined })] }),
    ],
    [
      'heard where it was not meant',
      'wrong-zone',
      history({ hearings: [...dai.hearings, sound(130, 2_130, { zone: 'cho' })] }),
    ],
    [
      'heard before its instant',
      'too-early',
      history(
        { reports: reportsOf(aired.map((told) => ({ ...told, occurrence: at(3_000) }))) },
        { occurrences: [at(3_000)] },
      ),
    ],
    ['a backlog is played', 'too-late', history({}, { issuedAt: START - 20_000 })],
    ['a remainder is played long afterwards', 'too-late', history(tookUpAgain())],
    [
      'a relay outlives its agent',
      'relay-without-owner',
      history({ lives: [{ from: START - 1_000, to: START + 500 }], timeline: relay('thon-1', 120, 4_700) }),
    ],
    [
      'a relay outlives an agent that stands still',
      'relay-without-owner',
      history({
        lives: [
          { from: START - 1_000, to: START + 500 },
          { from: START + 9_000, to: undefined },
        ],
        timeline: relay('thon-1', 120, 6_000),
      }),
    ],
    ['a relay is never opened again', 'relay-unexplained', history({ timeline: relay('thon-1', 120) })],
    [
      'a relay closes without an airing',
      'relay-unexplained',
      history({ timeline: [...dai.timeline, ...relay('cho', 120, 2_190)] }),
    ],
    [
      'one occurrence is cancelled, another airs afterwards',
      'airs-cancelled',
      history(
        {
          reports: reportsOf([
            { outcome: 'cancelled', ms: 10, occurrence: at(9_000) },
            ...aired.map((told) => ({ ...told, occurrence: at(0) })),
          ]),
        },
        { occurrences: [at(0), at(9_000)] },
      ),
    ],
    [
      'it acknowledges the cancellation and plays on',
      'airs-cancelled',
      history({ told: [{ id, upTo: 1, at: START - 1_000 }] }),
    ],
    [
      'the last order does not air',
      'stuck',
      history(
        { timeline: [], hearings: [], reports: reportsOf([...aired.slice(0, 2), { outcome: 'missed', ms: 5_100 }]) },
        { last: true },
      ),
    ],
  ];
  for (const [what, rule, judged] of cases) {
    const found = rules(judged);
    t.ok(found.includes(rule), `${what}: ${rule} (found ${found.join(', ') || 'nothing'})`);
  }
  const covered = new Set(cases.map(([, rule]) => rule));
  t.equal(covered.size, 16, 'every rule has its case');
});

test('a violation says what to look at', async (t) => {
  const [found] = check(history({ hearings: [] }));
  t.match(found, { rule: 'aired-unheard', station: 'dai-1', airing: `${id}/1/now`, what: /thon-1/ });
  t.match(found?.reports?.at(-1), /#4 .* aired/);
  t.ok((found?.timeline ?? []).some((line) => line.includes('relay')));
});
