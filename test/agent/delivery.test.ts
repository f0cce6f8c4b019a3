import { join } from 'node:path';
import fc from 'fast-check';
import { type Test, test } from 'tap';
import { silentLog } from '../../agent/log.ts';
import { Delivery } from '../../agent/report/deliver.ts';
import { openJournal } from '../support/journal.ts';
import { ManualClock, turn } from '../support/manual-clock.ts';
import { makeSigner } from '../support/signer.ts';
import { until } from '../support/until.ts';

const order = { id: '019357f0-7a00-7000-8000-0000000000a1', rev: 1 };
const { signer } = await makeSigner('dai-dong');

/** A journal and its delivery to a centre that the test plays. */
async function begin(t: Test, directory = t.testdir({})) {
  const journal = await openJournal(directory);
  t.teardown(() => journal.close());
  const clock = new ManualClock();
  const sent: number[] = [];
  const link = { publish: async () => {} };
  const delivery = new Delivery({
    journal,
    signer,
    clock,
    log: silentLog,
    publish: (payload) => {
      const [, body = ''] = Buffer.from(payload).toString('latin1').split('.');
      sent.push(Number((JSON.parse(Buffer.from(body, 'base64url').toString()) as { seq?: unknown }).seq));
      return link.publish();
    },
  });
  const add = (count: number) =>
    journal.commit(() => ({
      reports: Array.from({ length: count }, () => ({
        outcome: 'accepted' as const,
        order,
        occurrence: 'now' as const,
      })),
    }));
  const quiet = async () => {
    for (let before = -1; before !== sent.length; ) {
      before = sent.length;
      for (let at = 0; at < 20; at++) await turn();
    }
  };
  const upTo = (last: number, from = 1) => Array.from({ length: last - from + 1 }, (_, at) => from + at);
  return { journal, clock, sent, link, delivery, add, quiet, upTo };
}

test('[P-42] nothing before the centre is online, then a small window, then as it is acknowledged', async (t) => {
  const { journal, sent, delivery, add, quiet, upTo } = await begin(t);
  await add(40);
  await quiet();
  t.same(sent, []);
  delivery.resume();
  await until('a window', () => sent.length >= 16);
  await quiet();
  t.same(sent, upTo(16));
  await delivery.acknowledged(journal.epoch, 4);
  await until('room', () => sent.length >= 20);
  await quiet();
  t.same(sent, upTo(20));
  await delivery.acknowledged('f'.repeat(32), 20);
  await delivery.acknowledged(journal.epoch, 999);
  await quiet();
  t.same(sent, upTo(20), 'what is not ours to believe changes nothing');
  await delivery.acknowledged(journal.epoch, 20);
  await until('the rest', () => sent.length >= 36);
  await delivery.acknowledged(journal.epoch, 36);
  await until('the end', () => sent.length >= 40);
  t.same(sent, upTo(40), 'each once, in order');
});

test('after a resume everything that is not acknowledged comes again', async (t) => {
  const { journal, sent, delivery, add, quiet } = await begin(t);
  await add(3);
  delivery.resume();
  await until('all', () => sent.length === 3);
  await delivery.acknowledged(journal.epoch, 1);
  delivery.pause();
  await add(1);
  await quiet();
  t.equal(sent.length, 3, 'nothing while it is paused');
  delivery.resume();
  await until('the rest', () => sent.length === 6);
  t.same(sent.slice(3), [2, 3, 4]);
});

test('reports that follow each other closely wait for each other, and go out at once when it pauses', async (t) => {
  const { clock, sent, delivery, add, quiet, upTo } = await begin(t);
  delivery.resume();
  await quiet();
  for (let count = 0; count < 3; count++) await add(1);
  await quiet();
  t.same(sent, [], 'an order is on its way to the relay');
  await clock.advance(50);
  await until('all three', () => sent.length === 3);
  await quiet();
  await add(1);
  delivery.pause();
  await until('the last one', () => sent.length === 4);
  await add(1);
  await clock.advance(50);
  await quiet();
  t.same(sent, upTo(4), 'and nothing more until it is resumed');
});

test('without an acknowledgement it is sent again, for as long as it takes', async (t) => {
  const { clock, sent, delivery, add } = await begin(t);
  await add(1);
  delivery.resume();
  for (let time = 1; time <= 3; time++) {
    await until(`time ${time}`, () => sent.length === time && clock.waiting > 0);
    await clock.advance(15_000);
  }
  await until('once more', () => sent.length === 4);
  t.same(sent, [1, 1, 1, 1]);
});

test('a connection that died with reports on their way delays them until the next, not longer', async (t) => {
  const { sent, link, delivery, add, quiet, clock } = await begin(t);
  await add(2);
  let die: (error: Error) => void = () => {};
  const dead = new Promise<void>((_, reject) => {
    die = reject;
  });
  dead.catch(() => undefined);
  link.publish = () => dead;
  delivery.resume();
  await until('both', () => sent.length === 2);
  delivery.pause();
  link.publish = async () => {};
  // The new connection is up before the old one's publishes are known to be lost.
  delivery.resume();
  die(new Error('connection closed'));
  await until('both again', () => sent.length === 4);
  await quiet();
  t.equal(clock.monotonic(), 0, 'without waiting for the timer');
});

test('whatever happens, every report arrives in the end and the window holds', async (t) => {
  const steps = fc.array(fc.constantFrom('add', 'ack', 'pause', 'resume', 'cut', 'turn'), { maxLength: 25 });
  const folder = t.testdir({});
  let round = 0;
  await fc.assert(
    fc.asyncProperty(steps, async (list) => {
      round += 1;
      const { journal, sent, link, delivery, add, clock } = await begin(t, join(folder, String(round)));
      try {
        let added = 0;
        for (const step of list) {
          if (step === 'add') {
            await add(7);
            added += 7;
          }
          if (step === 'ack' && sent.length > 0) await delivery.acknowledged(journal.epoch, Math.max(...sent));
          if (step === 'pause') delivery.pause();
          if (step === 'resume') delivery.resume();
          if (step === 'cut') link.publish = () => Promise.reject(new Error('cut'));
          if (step === 'turn') await turn();
          if (sent.some((seq) => seq > journal.acknowledged + 16 + sent.length)) return false;
        }
        link.publish = async () => {};
        delivery.resume();
        const end = performance.now() + 10_000;
        while (journal.backlog > 0 && performance.now() < end) {
          await clock.advance(1_000);
          if (sent.length > 0) await delivery.acknowledged(journal.epoch, Math.max(...sent));
        }
        return journal.backlog === 0 && new Set(sent).size === added;
      } finally {
        delivery.pause();
        await journal.close();
      }
    }),
    { numRuns: 40 },
  );
});

test('a report that breaks its own rules does not hold up the others, and claims nothing', async (t) => {
  const { journal, sent, delivery, add, upTo } = await begin(t);
  await journal.commit(() => ({ reports: [{ outcome: 'aired', order, occurrence: 'now' }] }));
  await journal.commit(() => ({
    reports: [
      { outcome: 'ready', order, timing: { toRelayMs: Number.NaN } },
      { outcome: 'rejected', order: { id: 'none', rev: -1 }, refusal: { code: 'busy' } },
    ],
  }));
  await add(1);
  delivery.resume();
  await until('all of them', () => sent.length === 4);
  t.same(sent, upTo(4));
  t.match(await journal.reports(0, 10), [
    { outcome: 'failed', refusal: { code: 'internal-error' } },
    { outcome: 'ready' },
    { outcome: 'rejected', refusal: { code: 'internal-error' } },
    { outcome: 'accepted' },
  ]);
});
