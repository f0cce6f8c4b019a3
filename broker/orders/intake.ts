import { decodeCancelRequest } from '../../protocol/cancel.ts';
import { type Opened, peekType } from '../../protocol/envelope.ts';
import { decodeOrderRequest } from '../../protocol/order.ts';
import { accepted, type Decoded, refused } from '../../protocol/refusal.ts';
import { type CentreKeys, clientKey } from '../keys/key-store.ts';
import type { Entered, OrderBook } from './book.ts';
import { requestHash } from './receipts.ts';

interface IntakeOptions {
  readonly book: OrderBook;
  readonly keys: () => CentreKeys;
}

/** Takes a request of `in/<client>/order`: verified with a key of that client, within what that key may order. */
export async function takeRequest(
  { book, keys }: IntakeOptions,
  client: string,
  payload: Uint8Array,
): Promise<Decoded<Entered>> {
  const current = keys();
  const origin = { client, request: requestHash(payload) };
  if (peekType(payload) === 'loa-cancel-request') {
    const request = ownedBy(current, client, await decodeCancelRequest(payload, current.clients));
    if (!request.ok) return request;
    const { id, rev, reason, centre } = request.value.value;
    if (centre !== current.centre) return wrongCentre(current);
    return book.cancel({ id, rev, ...(reason === undefined ? {} : { reason }) }, origin);
  }
  const request = ownedBy(current, client, await decodeOrderRequest(payload, current.clients));
  if (!request.ok) return request;
  const { value: order, kid } = request.value;
  if (!clientKey(current.manifest, kid)?.priorities.includes(order.priority)) {
    return refused('not-permitted', '', [{ path: 'priority', problem: `this key may not order ${order.priority}` }]);
  }
  return book.book(order, origin);
}

/** A key speaks only on the topic of its own client. */
function ownedBy<T>(keys: CentreKeys, client: string, opened: Decoded<Opened<T>>): Decoded<Opened<T>> {
  if (!opened.ok) return opened;
  if (clientKey(keys.manifest, opened.value.kid)?.client !== client) {
    return refused('not-permitted', `the key is not one of ${client}`);
  }
  return accepted(opened.value);
}

const wrongCentre = (keys: CentreKeys) =>
  refused('wrong-centre', '', [{ path: 'centre', problem: `must be ${keys.centre}` }]);
