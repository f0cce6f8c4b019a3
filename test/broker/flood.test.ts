import { test } from 'tap';
import { encodeCancelRequest } from '../../protocol/cancel.ts';
import { encodeOrderRequest, type Order } from '../../protocol/order.ts';
import { until } from '../support/until.ts';
import { aRequest as anyRequest, connectOrderingClient } from './support/ordering-client.ts';
import { TestCentre } from './support/test-centre.ts';
import { TestStation } from './support/test-station.ts';

const client = 'phan-mem';
const FLOOD = 800;
const aRequest = (changes: Partial<Order> = {}): Order => anyRequest({ to: { stations: ['dai-dong'] }, ...changes });

test('[P-84] a client that floods the centre is refused, and emergencies and cancellations pass, its own too', async (t) => {
  const centre = await TestCentre.start();
  t.teardown(() => centre.close());
  const dong = await TestStation.connect({ url: centre.mqttUrl, root: centre.root, station: 'dai-dong' });
  const ordering = await connectOrderingClient(centre, client, ['routine', 'emergency']);
  const { signer, receipts, send, answerTo } = ordering;
  t.teardown(() => Promise.all([dong.close(), ordering.close()]));

  const booked = aRequest({ priority: 'emergency' });
  const first = await encodeOrderRequest(booked, signer);
  await send(first);
  t.match(await answerTo(first), { result: 'booked' });
  const flood = await Promise.all(Array.from({ length: FLOOD }, () => encodeOrderRequest(aRequest(), signer)));
  const warning = aRequest({ priority: 'emergency' });
  const warned = await encodeOrderRequest(warning, signer);
  const cancel = { id: booked.id, rev: 1, type: 'cancel', centre: TestCentre.id, issuedAt: booked.issuedAt } as const;
  const cancelled = await encodeCancelRequest(cancel, signer);

  receipts.length = 0;
  const sent = flood.slice(0, FLOOD / 2).map(send);
  const sentAt = performance.now();
  sent.push(send(warned), send(cancelled), ...flood.slice(FLOOD / 2).map(send));
  const [, , console] = await Promise.all([
    answerTo(warned).then((receipt) => t.match(receipt, { result: 'booked', order: { id: warning.id } })),
    answerTo(cancelled).then((receipt) => t.match(receipt, { result: 'booked', order: { id: booked.id } })),
    centre.order({ to: { stations: ['dai-dong'] }, priority: 'emergency' }),
  ]);
  t.equal(console.status, 201);
  t.comment(`answered after ${Math.round(performance.now() - sentAt)} ms`);
  await dong.order(warning.id, 'station');
  await until('the cancellation', async () => (await dong.cancellations('station')).some(({ id }) => id === booked.id));
  await Promise.all(sent);
  const answers = () => receipts.filter(({ result }) => result !== 'progress');
  await until('an answer to each', () => answers().length === FLOOD + 2);
  const codes = new Map<string, number>();
  for (const { refusal } of answers()) {
    const code = refusal?.code ?? 'booked';
    codes.set(code, (codes.get(code) ?? 0) + 1);
  }
  t.ok((codes.get('busy') ?? 0) > FLOOD / 4, 'many were refused unread');
  t.ok((codes.get('booked') ?? 0) <= 250 + 2);
});
