import { createHash, randomBytes } from 'node:crypto';
import { test } from 'tap';
import { encodeOrder, type Order } from '../../protocol/order.ts';
import { topics } from '../../protocol/topics.ts';
import { Trouble } from '../support/trouble.ts';
import { until } from '../support/until.ts';

const STATION = 'dai-dong';

test('orders that come twice, late, in the wrong order, or together', async (t) => {
  const trouble = await Trouble.begin(t);
  const { centre } = trouble;
  const programme = await trouble.programme(3, 500);
  const short = await trouble.programme(1, 700);
  const update = (order: Order, rev: number, changes: Partial<Order> = {}): Order => ({
    ...order,
    rev,
    type: 'update',
    issuedAt: new Date().toISOString(),
    ...changes,
  });

  await t.test('an order that is delivered again and again airs once', async (t) => {
    const hearing = await trouble.listen();
    const order = trouble.draft(short);
    const token = await encodeOrder(order, centre.signer);
    await Promise.all([trouble.push(token), trouble.push(token), trouble.push(token)]);
    await hearing.started();
    await trouble.push(token);
    // The same order on the topic for everyone, as a pull after a push would bring it.
    await centre.say(topics.all('vinh-phuc', 'order'), token);
    t.match(await trouble.outcome(order), { outcome: 'aired' });
    await trouble.push(token);
    t.match(await trouble.outcome(await trouble.order(short, { zones: ['thon-2'] })), { outcome: 'aired' });
    t.equal(hearing.times('thon-1'), 1);
    t.same(trouble.outcomes(order), ['accepted', 'ready', 'airing', 'aired']);
  });

  await t.test('a cancellation before its order wins', async (t) => {
    const order = trouble.draft(short);
    await centre.cancel(STATION, order);
    await centre.order(STATION, order);
    t.match(await trouble.outcome(order), { outcome: 'cancelled' });
    await centre.order(STATION, order);
    t.match(await trouble.outcome(await trouble.order(short)), { outcome: 'aired' });
    t.same(trouble.outcomes(order), ['cancelled']);
  });

  await t.test('an old revision after a newer one changes nothing', async (t) => {
    const hearing = await trouble.listen();
    const first = trouble.draft(programme);
    const second = update(trouble.draft(short), 2, { id: first.id });
    await centre.order(STATION, second);
    await centre.order(STATION, first);
    t.match(await trouble.outcome(second), { outcome: 'aired' });
    t.equal(hearing.times('thon-1'), 1);
    t.same(trouble.outcomes(first), []);
  });

  await t.test('a newer revision takes the place of the one on air', async (t) => {
    const long = await trouble.programme(20, 500);
    const hearing = await trouble.listen();
    const first = await trouble.order(long);
    await hearing.started();
    const second = update(first, 2, { programme: trouble.draft(short).programme, zones: ['thon-2'] });
    await centre.order(STATION, second);
    t.match(await trouble.outcome(first), { outcome: 'cancelled' });
    t.match(await trouble.outcome(second), { outcome: 'aired' });
    t.equal(hearing.times('thon-1'), 1);
    t.ok((await hearing.heard('thon-1', long)) < 0.95, 'not to its end');
    t.ok((await hearing.heard('thon-2', short)) >= 0.95);
  });

  await t.test('of two emergencies the newer goes first, and the older is heard in full after it', async (t) => {
    const hearing = await trouble.listen();
    const older = await trouble.order(programme, { priority: 'emergency' });
    await hearing.started();
    const newer = await trouble.order(short, { priority: 'emergency' });
    t.match(await trouble.outcome(newer), { outcome: 'aired' });
    t.same(trouble.finals(older), []);
    t.match(await trouble.outcome(older), { outcome: 'aired' });
    t.ok((await hearing.heard('thon-1', programme)) >= 0.95);
  });

  await t.test('a preempted order that waits to begin again can still be cancelled', async (t) => {
    const hearing = await trouble.listen();
    const waiting = await trouble.order(programme, { onInterrupt: 'restart' });
    await hearing.started();
    const emergency = await trouble.order(programme, { priority: 'emergency' });
    await trouble.outcome(emergency, 'airing');
    await centre.cancel(STATION, waiting);
    t.match(await trouble.outcome(waiting), { outcome: 'cancelled' });
    t.match(await trouble.outcome(emergency), { outcome: 'aired' });
    t.same(trouble.finals(waiting), ['cancelled']);
  });

  await t.test('ten orders in one second air one after the other', async (t) => {
    const hearing = await trouble.listen();
    const orders = await Promise.all(Array.from({ length: 10 }, () => trouble.order(short)));
    for (const order of orders) t.match(await trouble.outcome(order), { outcome: 'aired' });
    t.equal(hearing.times('thon-1'), 10);
    await until('the amplifier off', () => !trouble.station.controller.state().amplifierOn);
  });

  await t.test('several instants: each is an airing of its own', async (t) => {
    const hearing = await trouble.listen();
    const instants = [1_000, 3_500, 6_000].map((ms) => new Date(Date.now() + ms).toISOString());
    const order = await trouble.order(short, { when: { type: 'at', instants } });
    await until('three airings', () => trouble.finals(order).length === 3);
    t.same(trouble.finals(order), ['aired', 'aired', 'aired']);
    const aired = centre.reports.filter(({ outcome, order: of }) => outcome === 'aired' && of?.id === order.id);
    t.same(aired.map(({ occurrence }) => occurrence).sort(), instants);
    t.equal(hearing.times('thon-3'), 3);
  });

  await t.test('an order that came too late is missed, and does not blame its audio', async (t) => {
    const unknown = trouble.draft(short, { issuedAt: new Date(Date.now() - 60_000).toISOString(), lateBy: 5 });
    const [item] = unknown.programme;
    const variant = item?.type === 'audio' ? item.variants[0] : undefined;
    if (variant === undefined) throw new Error('no variant');
    const order = {
      ...unknown,
      programme: [{ type: 'audio' as const, variants: [{ ...variant, sha256: randomBytes(32).toString('hex') }] }],
    };
    await centre.order(STATION, order);
    t.same(await trouble.outcome(order).then(({ outcome, refusal }) => [outcome, refusal]), ['missed', undefined]);
  });
});

test('what does not come from the centre, and much of it', async (t) => {
  const trouble = await Trouble.begin(t);
  const { centre } = trouble;
  const short = await trouble.programme(1, 700);

  await t.test('empty retained messages say nothing', async (t) => {
    for (const channel of ['host', 'keys', 'index', 'order'] as const) {
      await centre.say(topics.all('vinh-phuc', channel), new Uint8Array(), true);
    }
    for (const channel of ['index', 'order', 'ack', 'time'] as const) {
      await centre.say(topics.to('vinh-phuc', STATION, channel), new Uint8Array(), true);
    }
    t.match(await trouble.outcome(await trouble.order(short)), { outcome: 'aired' });
  });

  await t.test('five hundred messages that nobody can verify', async (t) => {
    const forgeries = Array.from({ length: 500 }, (_, at) =>
      Buffer.from(`e30.${Buffer.from(String(at)).toString('base64url')}.AA`),
    );
    await Promise.all(forgeries.map((bytes) => trouble.push(bytes)));
    const order = await trouble.order(short);
    t.match(await trouble.outcome(order), { outcome: 'aired' });
    await trouble.raised('forged');
    const digests = new Set(forgeries.map((bytes) => createHash('sha256').update(bytes).digest('hex')));
    const reported = centre.reports.filter(({ message }) => message !== undefined && digests.has(message));
    t.ok(reported.length > 0 && reported.length <= 20, `${reported.length} of them were reported`);
  });
});
