import { test } from 'tap';
import { chime } from '../../agent/audio/chime.ts';
import type { Order } from '../../protocol/order.ts';
import { correlate } from '../../simulator/hearing/correlate.ts';
import { type Programme, Trouble } from '../support/trouble.ts';
import { until } from '../support/until.ts';

/** Never fetched to its end. */
const SLOW_BYTES = 4_000_000;

test('programmes of every shape are heard as they are', async (t) => {
  const trouble = await Trouble.begin(t);
  const short = await trouble.programme(1, 700);
  const item = (programme: Programme): Order['programme'][number] => ({
    type: 'audio',
    variants: [programme.variant(programme.url)],
  });

  for (const seconds of [0.2, 2.99, 3, 3.01, 4]) {
    await t.test(`${seconds} s, where the head in the cache is 3 s`, async (t) => {
      const programme = await trouble.programme(seconds, 450);
      const hearing = await trouble.listen();
      const report = await trouble.outcome(await trouble.order(programme));
      t.equal(report.outcome, 'aired');
      t.equal(report.evidence?.played?.ms, report.evidence?.played?.ofMs);
      t.ok((await hearing.heard('thon-1', programme)) >= 0.95);
      t.equal(hearing.times('thon-1'), 1, 'in one piece');
    });
  }

  await t.test('chime, three times with a gap, at half volume', async (t) => {
    const hearing = await trouble.listen();
    const order = await trouble.order(short, { chime: true, repeat: { times: 3, gap: 1 }, volume: 50 });
    const report = await trouble.outcome(order);
    t.match(report, { outcome: 'aired', evidence: { played: { ms: 3_000, ofMs: 3_000 } } });
    const sound = await hearing.sound('thon-1');
    const once = short.pcm.length;
    const gap = 48_000;
    const expected = new Int16Array(chime().byteLength / 2 + 3 * once + 2 * gap);
    const bell = chime();
    expected.set(new Int16Array(bell.buffer, bell.byteOffset, bell.byteLength / 2));
    for (let time = 0; time < 3; time++) expected.set(short.pcm, bell.byteLength / 2 + time * (once + gap));
    t.ok(correlate(sound, expected).coefficient >= 0.95, 'chime, programme, gap, programme, gap, programme');
    const level = (pcm: Int16Array) => Math.sqrt(pcm.reduce((sum, value) => sum + value * value, 0) / pcm.length);
    const { lag } = correlate(sound, expected);
    const quieter = 20 * Math.log10(level(sound.subarray(lag, lag + expected.length)) / level(expected));
    t.ok(Math.abs(quieter + 12) < 0.5, `${quieter.toFixed(1)} dB`);
    const full = await trouble.outcome(await trouble.order(short));
    t.match(full, { outcome: 'aired' });
    const said = (report.evidence?.played?.rmsDb ?? 0) - (full.evidence?.played?.rmsDb ?? 0);
    t.ok(Math.abs(said + 12) < 0.5, `the report says ${said.toFixed(1)} dB: what went to the sink`);
  });

  await t.test('several recordings in one programme', async (t) => {
    const others = await Promise.all([trouble.programme(1, 300), trouble.programme(4, 1_100)]);
    const hearing = await trouble.listen();
    const order = await trouble.order(short, { programme: [short, ...others].map(item) });
    t.match(await trouble.outcome(order), { outcome: 'aired' });
    const all = Int16Array.from([short, ...others].flatMap(({ pcm }) => [...pcm]));
    t.ok((await hearing.heard('thon-1', { pcm: all })) >= 0.95);
  });

  await t.test('the second URL works', async (t) => {
    const programme = await trouble.programme(1, 330);
    const urls = [`${trouble.mediaUrl}/missing`, 'http://127.0.0.1:9/nobody', programme.url];
    const order = trouble.draft(programme, { programme: [{ type: 'audio', variants: [programme.variant(...urls)] }] });
    await trouble.centre.order('dai-dong', order);
    t.match(await trouble.outcome(order), { outcome: 'aired' });
  });

  await t.test('an emergency waits neither for slow downloads nor for dead servers', async (t) => {
    let asked = 0;
    trouble.answers = (request, response) => {
      asked += 1;
      if (request.url === '/dead') return void response.destroy();
      response.writeHead(200, { 'content-length': SLOW_BYTES });
      const drip = setInterval(() => response.write(Buffer.alloc(1_000)), 500);
      response.on('close', () => clearInterval(drip));
    };
    const wanted = await trouble.programme(1, 350);
    const stray = (path: string, at: number) => {
      const sha256 = String(at).repeat(64);
      const variant = { ...wanted.variant(`${trouble.mediaUrl}/${path}`), sha256, size: SLOW_BYTES };
      return trouble.order(wanted, { programme: [{ type: 'audio', variants: [variant] }], lateBy: 300 });
    };
    const slow = await Promise.all([stray('slow', 1), stray('slow', 2)]);
    await until('two downloads', () => asked === 2);
    const queued = await trouble.order(wanted, { zones: ['thon-2'], onInterrupt: 'restart' });
    const emergency = await trouble.order(wanted, { zones: ['thon-1'], priority: 'emergency' });
    t.match(await trouble.outcome(emergency), { outcome: 'aired' });
    t.match(await trouble.outcome(queued), { outcome: 'aired' }, 'the same recording');
    t.ok(
      slow.every((order) => trouble.finals(order).length === 0),
      'those are still being fetched',
    );
    for (const order of slow) await trouble.centre.cancel('dai-dong', order);

    const dead = await Promise.all([3, 4, 5].map((at) => stray('dead', at)));
    const other = await trouble.programme(1, 360);
    t.match(await trouble.outcome(await trouble.order(other)), { outcome: 'aired' });
    t.ok(dead.every((order) => trouble.finals(order).length === 0));
    for (const order of dead) await trouble.centre.cancel('dai-dong', order);
    for (const order of dead) t.match(await trouble.outcome(order), { outcome: 'cancelled' });
  });
});
