import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Test, test } from 'tap';
import { systemClock } from '../../agent/clock/clock.ts';
import { Interrupted } from '../../agent/provision/person.ts';
import { plainScreen } from '../../agent/provision/plain-screen.ts';
import { Progress } from '../../agent/provision/progress.ts';
import { type AcceptanceRecord, isAccepted, pointNames, type ZoneResult } from '../../agent/provision/record.ts';
import { recordPage } from '../../agent/provision/record-page.ts';
import { recordText } from '../../agent/provision/record-text.ts';
import { atCentresTime } from '../../agent/provision/record-times.ts';
import type { SoundTest } from '../../agent/provision/sound-test.ts';
import { english } from '../../agent/provision/words-en.ts';
import { vietnamese } from '../../agent/provision/words-vi.ts';
import { wrapped } from '../../agent/provision/wrapped.ts';
import { idOf, parseWiring, planZones } from '../../agent/provision/zone-plan.ts';
import { setUpZones } from '../../agent/provision/zones.ts';
import { zonesOf } from '../support/board.ts';
import { scripted } from '../support/scripted-person.ts';

const plan = {
  station: 'dai-dong',
  name: 'Đài Đại Đồng',
  groups: [],
  languages: ['vi'],
  zones: [
    { id: 'thon-1', name: 'Thôn 1', tags: ['village'] },
    { id: 'cho', name: 'Chợ', tags: [] },
  ],
};
const answer = { centre: 'vinh-phuc', root: '', url: '', authority: '', certificate: '', plan };
const sounding: SoundTest = { keyed: 'sensed', level: { rmsDb: -21, peakDb: -18 }, currentA: 0.2 };

async function zones(t: Test, answers: readonly string[], test: (relay: number) => SoundTest, relays = 4) {
  const state = await mkdtemp(join(tmpdir(), 'loa-zones-'));
  t.teardown(() => rm(state, { recursive: true, force: true }));
  const progress = await Progress.open(state, '2026-11-21T05:00:00.000Z', false);
  await progress.useController('A1', '2026-11-21T05:00:00.000Z');
  const played: number[] = [];
  const person = scripted(answers);
  const done = await setUpZones({
    planned: planZones(answer, [], [], []),
    ...{ relays, person, progress, words: vietnamese, screen: plainScreen(() => {}), said: () => undefined },
    note: () => {},
    test: async (relay) => {
      played.push(relay);
      return test(relay);
    },
    clock: systemClock,
    signal: new AbortController().signal,
  });
  return { done, played, person, state };
}

test('a technician finds out which relay a zone hangs on, by ear', async (t) => {
  const answers = [
    ...['Thôn Một', '', 'again', 'other-relay', '9', '3', 'heard'],
    ...['', '3', '2', 'unheard'],
    ...['yes', 'Nhà văn hóa', '', 'heard', 'no'],
  ];
  const { done, played, state } = await zones(t, answers, () => sounding);
  t.same(played, [1, 1, 3, 2, 1], 'a relay that is not there, or taken, is not played');
  t.match(done, [
    { zone: { id: 'thon-1', name: 'Thôn Một', relay: 3, tags: ['village'] }, result: { verdict: 'heard' } },
    { zone: { id: 'cho', relay: 2 }, result: { verdict: 'unheard' } },
    { zone: { id: 'nha-van-hoa', name: 'Nhà văn hóa', relay: 1 }, result: { verdict: 'heard' } },
  ]);

  await t.test('what passed is remembered for this controller alone', async (t) => {
    const now = '2026-11-22T05:00:00.000Z';
    const again = await Progress.open(state, now, false);
    t.same(
      again.zones.map(({ zone, relay }) => [zone, relay]),
      [
        ['thon-1', 3],
        ['nha-van-hoa', 1],
      ],
    );
    t.equal((await Progress.open(state, now, true)).zones.length, 0, '--again');
    await again.useController('B2', now);
    t.same([again.zones, again.beganAt], [[], now]);
  });

  await t.test('another enrolment needs a first airing of its own', async (t) => {
    const now = '2026-11-23T05:00:00.000Z';
    const progress = await Progress.open(state, now, false);
    t.equal(await progress.useEnrolment({ certificate: 'one' }, now), false);
    await progress.keepAiring({ station: 'dai-dong', title: 'Bản tin', at: now, zones: [], grade: 'sounded' });
    const later = '2026-11-24T05:00:00.000Z';
    const again = await Progress.open(state, later, false);
    t.equal(await again.useEnrolment({ certificate: 'one' }, later), false);
    t.match(again.airingOf('dai-dong'), { title: 'Bản tin' });
    t.equal(await again.useEnrolment({ certificate: 'two' }, later), true);
    t.same([again.airingOf('dai-dong'), again.beganAt], [undefined, later]);
    t.equal((await Progress.open(state, later, false)).airingOf('dai-dong'), undefined);
  });
});

test('what failed by itself is not asked about, and may be tried again', async (t) => {
  const tests: SoundTest[] = [{ keyed: 'unknown' }, { keyed: 'sensed', level: { rmsDb: -90, peakDb: -80 } }, sounding];
  const answers = ['', '', 'unheard', '', '', 'again', 'heard', 'no'];
  const { done } = await zones(t, answers, () => tests.shift() ?? sounding);
  t.match(done, [{ result: { verdict: 'unheard' } }, { result: { verdict: 'heard' } }]);
});

test('Ctrl-C at any question ends it there', async (t) => {
  for (const many of [0, 1, 2, 5]) {
    const answers = ['', '', 'heard', '', '', 'heard'].slice(0, many);
    await t.rejects(
      zones(t, answers, () => sounding),
      Interrupted,
    );
  }
});

test('the relay of a zone: as said, as tested, as configured, as planned', (t) => {
  const tested = [{ zone: 'cho', name: 'Chợ', relay: 4 }] as unknown as readonly ZoneResult[];
  const configured = [{ id: 'ben-pha', name: 'Bến phà', relay: 6, tags: ['boats'], languages: [] }];
  const wired = ['thon-1=2=Thôn Nhất', 'dinh=5=Đình']
    .map((text) => parseWiring(text))
    .filter((zone) => zone !== undefined);
  t.match(planZones(answer, wired, tested, configured), [
    { id: 'thon-1', relay: 2, name: 'Thôn Nhất' },
    { id: 'cho', relay: 4 },
    { id: 'dinh', relay: 5, name: 'Đình' },
    { id: 'ben-pha', relay: 6, name: 'Bến phà' },
  ]);
  for (const bad of ['thon-1', 'Thôn=1', 'thon-1=', 'thon-1=x', '-a=1']) t.equal(parseWiring(bad), undefined, bad);
  t.equal(idOf('Chợ Đại Đồng (mới)'), 'cho-dai-dong-moi');
  t.equal(idOf('…'), '');
  t.end();
});

const record: AcceptanceRecord = {
  accepted: false,
  station: { id: 'dai-dong', name: 'Đài <b>Đại</b> Đồng', centre: 'vinh-phuc' },
  by: 'Nguyễn "Văn" A',
  beganAt: '2026-11-21T05:00:00.000Z',
  endedAt: '2026-11-21T05:04:00.000Z',
  software: 'loa-agent 1.0.0',
  points: [
    { point: 'disk', result: 'passed', finding: { code: 'disk-ok', freeMB: 900 } },
    {
      point: 'zone',
      result: 'failed',
      finding: {
        code: 'zone',
        result: {
          ...{ zone: 'cho', name: 'Chợ & bến', relay: 2, verdict: 'unheard', keyed: 'sensed' },
          ...{ at: '2026-11-21T05:02:00.000Z', rmsDb: -21.14, currentA: 0.175 },
        },
      },
    },
    { point: 'service', result: 'skipped', finding: { code: 'service-skipped', why: 'no-systemd' } },
  ],
};

test('the acceptance record says what was proven, when, and what is to do, for paper', (t) => {
  const text = recordText(record, vietnamese, 'Asia/Ho_Chi_Minh');
  for (const part of [/BIÊN BẢN/, /CHƯA ĐẠT/, /12:00:00/, /-21,1 dB/, /Cần làm: Kiểm tra dây/, /Người lắp đặt \(ký/]) {
    t.match(text, part);
  }
  const page = recordPage(record, vietnamese, 'Asia/Ho_Chi_Minh');
  t.match(page, /Đài &lt;b&gt;Đại&lt;\/b&gt; Đồng/);
  t.match(page, /Nguyễn &quot;Văn&quot; A/);
  t.match(page, /Chợ &amp; bến/);
  t.notMatch(page, /<script|https?:/, 'it needs nothing from elsewhere');
  t.match(recordText(record, english, 'Asia/Ho_Chi_Minh'), /NOT ACCEPTED[\s\S]*was not heard/);
  t.end();
});

test('a board without a clock dates the record by its centre', (t) => {
  const fiftyYears = -50 * 365 * 86_400_000;
  const early = atCentresTime(record, fiftyYears);
  t.equal(early.beganAt, new Date(Date.parse(record.beganAt) - fiftyYears).toISOString());
  t.not(zonesOf(early)[0]?.at, zonesOf(record)[0]?.at);
  t.equal(atCentresTime(record, 900), record);
  t.end();
});

test('accepted is only what was reached in every point', (t) => {
  const all = pointNames.map((point) => ({ point, result: 'passed', finding: { code: 'clock-ok' } }) as const);
  t.equal(isAccepted(all), true);
  for (const name of pointNames) t.equal(isAccepted(all.filter(({ point }) => point !== name)), false, name);
  t.equal(isAccepted([...all, { point: 'zone', result: 'failed', finding: { code: 'clock-ok' } }]), false);
  t.end();
});

test('lines break between words and keep what they are indented by', (t) => {
  t.equal(wrapped('một hai ba bốn', 8), 'một hai\nba bốn');
  t.equal(wrapped('  a bb ccc\nd', 6), '  a bb\n  ccc\nd');
  t.equal(wrapped('/dev/serial/by-id/usb-controller x', 8), '/dev/serial/by-id/usb-controller\nx');
  t.end();
});
