import mqtt from 'mqtt';
import { addClientKey } from '../../../broker/keys/change-keys.ts';
import type { SigningKey } from '../../../protocol/envelope.ts';
import type { Priority } from '../../../protocol/fields.ts';
import type { Order } from '../../../protocol/order.ts';
import { decodeReceipt, type Receipt } from '../../../protocol/receipt.ts';
import { topics } from '../../../protocol/topics.ts';
import { anOrder } from '../../support/examples.ts';
import { until } from '../../support/until.ts';
import { TestCentre } from './test-centre.ts';
import { makeIdentity, must, sha256 } from './test-station.ts';

let counter = 0;
/** A new order to all, with an id of its own. */
export const aRequest = (changes: Partial<Order> = {}): Order =>
  anOrder({
    id: `019357f0-7a00-7000-8000-${(++counter).toString(16).padStart(12, '0')}`,
    issuedAt: new Date().toISOString(),
    expiresAt: new Date(Date.now() + 3_600_000).toISOString(),
    to: 'all',
    onInterrupt: 'skip',
    ...changes,
  });

/** The software of somebody else that orders from a centre over MQTT. */
export interface OrderingClient {
  readonly signer: SigningKey;
  /** Everything that the centre has answered. */
  readonly receipts: Receipt[];
  send(bytes: Uint8Array): Promise<unknown>;
  /** Sends bytes and waits for their own answer. */
  ask(bytes: Uint8Array): Promise<Receipt>;
  /** The answer to bytes among the receipts from `after` on. */
  answerTo(bytes: Uint8Array, after?: number): Promise<Receipt>;
  close(): Promise<void>;
}

/** Gives a client a key for these priorities, makes it known to the centre, and connects. */
export async function connectOrderingClient(
  centre: TestCentre,
  client: string,
  priorities: readonly Priority[],
): Promise<OrderingClient> {
  const identity = await makeIdentity(client);
  const { kid } = await addClientKey(centre.data, { client, key: identity.publicKey, priorities });
  const { status } = await centre.post('/api/keys/reload');
  if (status !== 200) throw new Error(`the centre did not take the keys: ${status}`);
  const link = await mqtt.connectAsync(centre.mqttUrl, { clientId: client, clean: true, reconnectPeriod: 0 });
  const receipts: Receipt[] = [];
  link.on('message', (_topic, payload) => receipts.push(must(decodeReceipt(payload))));
  await link.subscribeAsync(topics.in(TestCentre.id, client, 'receipt'), { qos: 1 });
  const send = (bytes: Uint8Array) =>
    link.publishAsync(topics.in(TestCentre.id, client, 'order'), Buffer.from(bytes), { qos: 1 });
  const answerTo = (bytes: Uint8Array, after = 0) =>
    until('a receipt', () =>
      receipts.slice(after).find(({ request, result }) => request === sha256(bytes) && result !== 'progress'),
    );
  return {
    signer: { kid, key: identity.signer.key },
    receipts,
    send,
    async ask(bytes) {
      const before = receipts.length;
      await send(bytes);
      return answerTo(bytes, before);
    },
    answerTo,
    close: () => link.endAsync(true),
  };
}
