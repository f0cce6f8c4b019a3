import type { IncomingMessage, ServerResponse } from 'node:http';
import * as v from 'valibot';
import { validate } from '../../protocol/decode.ts';
import { orderId, remark, revision } from '../../protocol/fields.ts';
import { type Decoded, refused } from '../../protocol/refusal.ts';
import type { Entered } from '../orders/book.ts';
import { readProgress } from '../orders/read-progress.ts';
import { type BookedOrder, latestRevision, listOrders } from '../orders/store.ts';
import { completeDraft } from './draft.ts';
import { readBody, sendJson, sendRefusal } from './http.ts';
import type { ApiOptions } from './options.ts';
import { watchOrder } from './watch.ts';

const MOST_ORDERS = 200;
const cancelBody = v.strictObject({ rev: v.optional(revision), reason: v.optional(remark) });
const notFound = refused('unknown-order', '', [{ path: 'id', problem: 'no such order' }]);

/** POST /api/orders */
export async function postOrder(api: ApiOptions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await readBody(request, response);
  const order = body.ok
    ? await completeDraft({ centre: api.centre, media: api.media, mediaUrl: api.mediaUrl() }, body.value)
    : body;
  answer(response, 201, order.ok ? await api.book(order.value) : order);
}

/** POST /api/orders/ID/cancel */
export async function postCancel(
  api: ApiOptions,
  id: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await readBody(request, response);
  const checked = body.ok ? validate(cancelBody, body.value) : body;
  if (!checked.ok) return sendRefusal(response, checked.refusal);
  const { rev, reason } = checked.value;
  const result = await api.cancel({
    id,
    ...(rev === undefined ? {} : { rev }),
    ...(reason === undefined ? {} : { reason }),
  });
  return answer(response, 200, result);
}

/** GET /api/orders: the latest 200, newest first. */
export async function getOrders(api: ApiOptions, response: ServerResponse): Promise<void> {
  const orders = await listOrders(api.database, MOST_ORDERS);
  sendJson(response, 200, { orders: orders.map(described) });
}

/** GET /api/orders/ID */
export async function getOrder(api: ApiOptions, id: string, response: ServerResponse): Promise<void> {
  const booked = await find(api, id);
  if (booked === undefined) return sendRefusal(response, notFound.refusal);
  return sendJson(response, 200, { ...described(booked), stations: await readProgress(api, booked) });
}

/** GET /api/orders/ID/watch */
export async function getWatch(api: ApiOptions, id: string, response: ServerResponse): Promise<void> {
  const booked = await find(api, id);
  if (booked === undefined) return sendRefusal(response, notFound.refusal);
  return watchOrder(api, booked, response);
}

async function find(api: ApiOptions, id: string): Promise<BookedOrder | undefined> {
  return v.is(orderId, id) ? latestRevision(api.database, id) : undefined;
}

function described({ order, bookedAt, client, cancelledAt }: BookedOrder) {
  return { order, bookedAt, client: client ?? null, cancelledAt: cancelledAt ?? null };
}

function answer(response: ServerResponse, status: number, result: Decoded<Entered>): void {
  if (result.ok) {
    const { id, rev, audience } = result.value;
    sendJson(response, status, { id, rev, stations: audience.stations.length });
  } else {
    sendRefusal(response, result.refusal);
  }
}
