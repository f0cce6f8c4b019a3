import { test } from 'tap';
import { fakeFfmpeg } from '../support/fake-ffmpeg.ts';
import { Trouble } from '../support/trouble.ts';
import { until } from '../support/until.ts';

test('a decoder that fails is never taken for one that played', async (t) => {
  const ffmpeg = await fakeFfmpeg(t.testdir());
  t.teardown(() => ffmpeg.close());
  const trouble = await Trouble.begin(t, { configuration: { audio: { ffmpeg: ffmpeg.path } } });
  const relaysMoved = () => trouble.station.controller.timeline.filter(({ what }) => what === 'relay').length;
  t.afterEach(() => ffmpeg.set('well'));

  await t.test('it crashes whenever a recording is to be verified: no relay moves', async (t) => {
    await ffmpeg.set('crash');
    const order = await trouble.order(await trouble.programme(1, 310), { lateBy: 8 });
    t.match(await trouble.outcome(order), { outcome: 'failed', refusal: { code: 'decoder-failed' } });
    t.ok((await ffmpeg.runs()).length > 1, 'it was tried more than once');
    t.equal(relaysMoved(), 0);
    t.match(await trouble.raised('decoder'), /decoder-failed/);
    await ffmpeg.set('well');
    t.match(await trouble.outcome(await trouble.order(await trouble.programme(1, 315))), { outcome: 'aired' });
    await trouble.cleared('decoder');
  });

  await t.test('it crashes once, and the verified recording is not fetched again', async (t) => {
    await ffmpeg.set('crash');
    const before = (await ffmpeg.runs()).length;
    const order = await trouble.order(await trouble.programme(1, 320));
    await until('the crash', async () => (await ffmpeg.runs()).length > before);
    await ffmpeg.set('well');
    t.match(await trouble.outcome(order), { outcome: 'aired' });
  });

  await t.test('it gives sound without end where a second was announced', async (t) => {
    await ffmpeg.set('endless');
    const order = await trouble.order(await trouble.programme(1, 330));
    t.match(await trouble.outcome(order), { outcome: 'failed', refusal: { code: 'audio-unplayable' } });
  });

  const long = await trouble.programme(6, 400);
  await t.test('it complains without end and works', async (t) => {
    await ffmpeg.set('grumble');
    const hearing = await trouble.listen();
    const order = await trouble.order(long);
    t.match(await trouble.outcome(order), { outcome: 'aired' });
    t.ok((await hearing.heard('thon-1', long)) >= 0.95);
  });

  for (const [mood, code] of [
    ['halfway', 'decoder-failed'],
    ['short', 'decoder-failed'],
  ] as const) {
    await t.test(`on air: ${mood}`, async (t) => {
      await ffmpeg.set(mood);
      const order = await trouble.order(long);
      const report = await trouble.outcome(order);
      t.match(report, { outcome: 'failed', refusal: { code } });
      const played = report.evidence?.played;
      t.ok(played !== undefined && played.ms > 2_000 && played.ms < played.ofMs, `${played?.ms} ms were heard`);
      await trouble.silent();
    });
  }

  await t.test('on air: it hangs, and leaves a child that holds its pipes', async (t) => {
    await ffmpeg.set('hang');
    const order = await trouble.order(long);
    const report = await trouble.outcome(order);
    t.equal(report.outcome, 'failed');
    t.ok(['decoder-hung', 'lease-lost'].includes(report.refusal?.code ?? ''), `${report.refusal?.code}`);
    await trouble.silent();
  });

  await t.test('an emergency is tried again, and heard in full once', async (t) => {
    await ffmpeg.set('halfway');
    const before = (await ffmpeg.runs()).length;
    const hearing = await trouble.listen();
    const order = await trouble.order(long, { priority: 'emergency' });
    await until('the crash', async () => (await ffmpeg.runs()).length > before);
    await ffmpeg.set('well');
    t.match(await trouble.outcome(order), { outcome: 'aired' });
    t.same(trouble.outcomes(order), ['accepted', 'ready', 'airing', 'aired']);
    t.equal(hearing.times('thon-1'), 2);
    t.ok((await hearing.heard('thon-1', long)) >= 0.95);
  });

  await t.test('after all of that a good order airs', async (t) => {
    t.match(await trouble.outcome(await trouble.order(long)), { outcome: 'aired' });
  });
});
