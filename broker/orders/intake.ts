import { decodeCancelRequest } from '../../protocol/cancel.ts';
import { type Opened, peekType } from '../../protocol/envelope.ts';
import type { Keys } from '../../protocol/keys.ts';
import { decodeOrderRequest } from '../../protocol/order.ts';
import { accepted, type Decoded, refused } from '../../protocol/refusal.ts';
import { clientKey } from '../keys/key-store.ts';
import type { Keyring } from '../keys/keyring.ts';
import type { Entered, OrderBook } from './book.ts';
import { requestHash } from './receipts.ts';

interface IntakeOptions {
  readonly book: OrderBook;
  readonly keyring: Pick<Keyring, 'clients' | 'manifest'>;
}

/** Takes a request of `in/<client>/order`: verified with a key of that client, within what that key may order. */
export async function takeRequest(
  { book, keyring }: IntakeOptions,
  client: string,
  payload: Uint8Array,
): Promise<Decoded<Entered>> {
  const origin = { client, request: requestHash(payload) };
  if (peekType(payload) === 'loa-cancel-request') {
    const request = ownedBy(keyring.manifest, client, await decodeCancelRequest(payload, keyring.clients));
    if (!request.ok) return request;
    const { id, rev, reason, centre } = request.value.value;
    if (centre !== keyring.manifest.centre) return wrongCentre(keyring.manifest);
    return book.cancel({ id, rev, ...(reason === undefined ? {} : { reason }) }, origin);
  }
  const request = ownedBy(keyring.manifest, client, await decodeOrderRequest(payload, keyring.clients));
  if (!request.ok) return request;
  const { value: order, kid } = request.value;
  if (!clientKey(keyring.manifest, kid)?.priorities.includes(order.priority)) {
    return refused('not-permitted', '', [{ path: 'priority', problem: `this key may not order ${order.priority}` }]);
  }
  return book.book(order, origin);
}

/** A key speaks only on the topic of its own client. */
function ownedBy<T>(manifest: Keys, client: string, opened: Decoded<Opened<T>>): Decoded<Opened<T>> {
  if (!opened.ok) return opened;
  if (clientKey(manifest, opened.value.kid)?.client !== client) {
    return refused('not-permitted', `the key is not one of ${client}`);
  }
  return accepted(opened.value);
}

const wrongCentre = ({ centre }: Keys) =>
  refused('wrong-centre', '', [{ path: 'centre', problem: `must be ${centre}` }]);
