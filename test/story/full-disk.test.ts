import { join } from 'node:path';
import { test } from 'tap';
import type { Order } from '../../protocol/order.ts';
import { mountSmallDisk, NEEDS_ROOT, type SmallDisk } from '../support/small-disk.ts';
import { type Programme, Trouble } from '../support/trouble.ts';
import { until } from '../support/until.ts';

const mounted = await mountSmallDisk(24);

test('a station whose disk is full', { skip: mounted === undefined && NEEDS_ROOT }, async (t) => {
  const disk = mounted as SmallDisk;
  t.teardown(() => disk.close());
  const trouble = await Trouble.begin(t, { configuration: { state: join(disk.path, 'state') } });
  const cached = await trouble.programme(1, 500);
  const other = await trouble.programme(1, 610);
  t.match(await trouble.outcome(await trouble.order(cached)), { outcome: 'aired' });

  await t.test('a recording that does not fit is refused, and the journal keeps its room', async (t) => {
    await disk.fill(600_000);
    const order = await trouble.order(await trouble.programme(1, 600));
    t.match(await trouble.outcome(order), { outcome: 'failed', refusal: { code: 'no-space' } });
    await disk.free();
    t.match(await trouble.outcome(await trouble.order(other)), { outcome: 'aired' });
  });

  // The cache gives way to the journal, so all that it holds has to be needed.
  const blip = await trouble.programme(0.2, 620);
  const item = (programme: Programme): Order['programme'][number] => ({
    type: 'audio',
    variants: [programme.variant(programme.url)],
  });
  const later = await trouble.order(cached, {
    programme: [cached, other, blip].map(item),
    when: { type: 'at', instants: [new Date(Date.now() + 600_000).toISOString()] },
  });
  await trouble.outcome(later, 'ready');

  await t.test('nothing else gives way: what is cached airs by the reserve, and the alarm says so', async (t) => {
    t.equal(trouble.alarm('disk'), undefined);
    const hearing = await trouble.listen();
    await disk.fill(0);
    const orders: Order[] = [];
    const detail = await until('the alarm', async () => {
      const order = await trouble.order(blip);
      orders.push(order);
      await trouble.outcome(order, 'accepted');
      return trouble.alarm('disk');
    });
    t.match(detail, /Remove what is not needed/);
    orders.push(await trouble.order(cached));
    for (const order of orders) t.match(await trouble.outcome(order), { outcome: 'aired' });
    t.ok((await hearing.heard('thon-1', cached)) > 0.9);
    t.notOk(
      trouble.centre.alarms.some(({ name, detail }) => name === 'journal' && detail !== undefined),
      'every write of the journal succeeded',
    );
  });

  await t.test('not a byte is left: nothing airs that is not remembered, and the alarm says why', async (t) => {
    // The reserve's room too.
    await disk.fill(0);
    let order = trouble.draft(blip);
    const orders = [order];
    const isDone = () => orders.every((order) => trouble.finals(order).length > 0);
    await until('the alarm', async () => {
      // There is still room for what is remembered: one more, until one is not.
      if (trouble.outcomes(order).length > 0) {
        order = trouble.draft(blip);
        orders.push(order);
      }
      await trouble.centre.order('dai-dong', order);
      await new Promise((resolve) => setTimeout(resolve, 50));
      return trouble.alarm('journal');
    });
    await disk.free();
    await until('every order', async () => {
      // As the index would: what was not remembered is lacking.
      for (const order of orders) if (!isDone()) await trouble.centre.order('dai-dong', order);
      await new Promise((resolve) => setTimeout(resolve, 200));
      return isDone();
    });
    await trouble.cleared('journal');
    const outcomes = new Set(orders.flatMap((order) => trouble.finals(order)));
    t.ok(outcomes.has('aired'), [...outcomes].join(' '));
    for (const order of orders) t.equal(trouble.finals(order).length, 1);
  });

  await t.test('after a power cut everything is still known', async (t) => {
    const before = trouble.centre.reports.length;
    const last = Math.max(...trouble.centre.reports.map(({ seq }) => seq));
    const order = await trouble.order(cached);
    await trouble.outcome(order);
    await trouble.station.agent.kill();
    trouble.station.agent.start();
    await trouble.cleared('disk');
    const next = await trouble.order(cached);
    await until('the agent', () => trouble.station.agent.online().then(() => true));
    await trouble.centre.order('dai-dong', next);
    t.match(await trouble.outcome(next), { outcome: 'aired' });
    const numbers = trouble.centre.reports.map(({ seq }) => seq);
    t.equal(new Set(numbers).size, numbers.length, 'no number was given twice');
    t.ok(Math.max(...numbers) > last && numbers.length > before);
    t.same(
      [...numbers].sort((a, b) => a - b),
      numbers.map((_, at) => at + 1),
      'and none is missing',
    );
  });
});
