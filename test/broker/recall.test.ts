import { randomBytes } from 'node:crypto';
import { test } from 'tap';
import { MAX_MESSAGE_BYTES, MAX_RECALLED_AIRINGS } from '../../protocol/limits.ts';
import { decodeRecall, encodeRecall, type Recall } from '../../protocol/recall.ts';
import { recall as example } from '../support/examples.ts';
import { makeSigner } from '../support/signer.ts';
import { until } from '../support/until.ts';
import { TestCentre } from './support/test-centre.ts';
import { must, TestStation } from './support/test-station.ts';

const random = () => randomBytes(16).toString('hex');

/** Asks as a station does; gives the answer to this question alone. */
async function ask(station: TestStation, epoch: string, after?: number): Promise<Recall> {
  const nonce = random();
  await station.pull({ orders: [], journal: { epoch, nonce, ...(after !== undefined && { after }) } });
  const lookup = await station.keys();
  return until('the recall', async () => {
    for (const payload of station.messages('command')) {
      const recall = must(await decodeRecall(payload, lookup)).value;
      if (recall.nonce === nonce) return recall;
    }
    return undefined;
  });
}

test('the ledger says what it knows of a journal [P-71]', async (t) => {
  const centre = await TestCentre.start();
  t.teardown(() => centre.close());
  const options = { url: centre.mqttUrl, root: centre.root, station: 'dai-dong' };
  const station = await TestStation.connect(options);
  t.teardown(() => station.close());
  t.match(await ask(station, station.epoch), { stored: 0, highest: 0, latest: undefined, airings: [] });
  for (const seq of [1, 2, 4]) await station.report(seq, { outcome: 'accepted' });
  await station.acknowledged(2);
  t.match(await ask(station, station.epoch), { stored: 2, highest: 4, latest: undefined });
  const epoch = random();
  await station.report(1, { epoch, outcome: 'airing' });
  await until('the other journal', async () => (await ask(station, epoch)).latest === epoch);
  t.match(await ask(station, station.epoch), { stored: 2, highest: 4, latest: epoch });
});

test('and page by page what began or ended, of orders in force [P-72]', async (t) => {
  const centre = await TestCentre.start();
  t.teardown(() => centre.close());
  const options = { url: centre.mqttUrl, root: centre.root, station: 'dai-dong' };
  const [station, other] = await Promise.all([
    TestStation.connect(options),
    TestStation.connect({ ...options, station: 'yen-lac' }),
  ]);
  t.teardown(() => Promise.all([station.close(), other.close()]));
  const book = async () => (await centre.order()).body.id as string;
  const [aired, begun, waiting, daily] = [await book(), await book(), await book(), await book()];
  const unknown = '019357f0-7a00-7000-8000-0000000000ff';
  let seq = 0;
  const say = async (id: string, outcome: 'accepted' | 'airing' | 'missed', more = {}) => {
    seq += 1;
    await station.report(seq, { order: { id, rev: 1 }, outcome, ...more });
  };
  await say(waiting, 'accepted');
  await say(unknown, 'missed');
  await say(begun, 'airing');
  await say(aired, 'airing');
  await station.report(++seq, { order: { id: aired, rev: 1 } });
  await station.report(1, { order: { id: aired, rev: 1 }, epoch: random(), outcome: 'missed' });
  await station.report(++seq, { order: { id: begun, rev: 1 }, outcome: 'interrupted', continues: true });
  const occurrences = Array.from({ length: MAX_RECALLED_AIRINGS }, (_, at) => new Date(at * 60_000).toISOString());
  for (let from = 0; from < occurrences.length; from += 100) {
    await Promise.all(occurrences.slice(from, from + 100).map((occurrence) => say(daily, 'missed', { occurrence })));
    await station.acknowledged(seq);
  }
  await other.report(1, { order: { id: waiting, rev: 1 } });

  const anew = random();
  const first = await ask(station, anew, 0);
  t.equal(first.airings.length, MAX_RECALLED_AIRINGS);
  t.match(first.airings.slice(0, 2), [
    { id: begun, rev: 1, occurrence: 'now', outcome: 'airing' },
    { id: aired, rev: 1, occurrence: 'now', outcome: 'aired' },
  ]);
  // The journal that asks has begun an emergency by now, and repeats of itself an end that another said first.
  const now = await book();
  const own = [
    { order: { id: now, rev: 1 }, outcome: 'airing' as const },
    { order: { id: aired, rev: 1 }, outcome: 'interrupted' as const },
  ];
  for (const [at, report] of own.entries()) await station.report(at + 1, { ...report, epoch: anew });
  await until('it to be stored', async () => (await ask(station, anew)).stored === own.length);
  const second = await ask(station, anew, first.next);
  const rest = [...first.airings.slice(2), ...second.airings];
  t.ok(rest.every(({ id, outcome }) => id === daily && outcome === 'missed'));
  t.same(rest.map(({ occurrence }) => occurrence).sort(), occurrences, 'each once');
  t.equal(second.next, undefined);
  const again = await ask(station, anew, 0);
  t.same(again.airings, first.airings, "the first end is another journal's");
  t.match((await ask(station, random(), first.next)).airings.at(-1), { id: now, outcome: 'airing' }, 'others are told');
});

test('the longest page fits into a message', async (t) => {
  const longest = {
    ...example,
    centre: 'c'.repeat(64),
    station: 's'.repeat(64),
    stored: Number.MAX_SAFE_INTEGER,
    highest: Number.MAX_SAFE_INTEGER,
    next: Number.MAX_SAFE_INTEGER,
    airings: Array.from({ length: MAX_RECALLED_AIRINGS }, () => ({
      id: '019357f0-7a00-7000-8000-0000000000a1',
      rev: 1_000_000,
      occurrence: '2026-11-20T08:00:00.000Z',
      outcome: 'interrupted' as const,
    })),
  };
  const { signer } = await makeSigner('k'.repeat(64));
  t.ok((await encodeRecall(longest, signer)).byteLength <= MAX_MESSAGE_BYTES);
});
