import { createHash } from 'node:crypto';
import { type Cancel, encodeCancel } from '../../protocol/cancel.ts';
import type { SigningKey } from '../../protocol/envelope.ts';
import { MAX_INDEX_ENTRIES } from '../../protocol/limits.ts';
import { encodeOrder, type Order } from '../../protocol/order.ts';
import { accepted, type Decoded, Refusal, refused } from '../../protocol/refusal.ts';
import type { Database, Queries } from '../database/database.ts';
import type { Roster } from '../roster/roster.ts';
import { type Audience, resolveAudience } from './audience.ts';
import { lockBook } from './book-lock.ts';
import { liveCounts } from './in-force.ts';
import {
  type BookedOrder,
  cancellationOf,
  insertCancellation,
  insertRevision,
  latestRevision,
  stationsOf,
} from './store.ts';

/** Which door an order came through. */
export type Origin = { readonly client: string; readonly request: string } | 'centre';

/** What is now to be pushed and listed. */
export interface Entered {
  readonly id: string;
  readonly rev: number;
  readonly audience: Audience;
  /** The signed order or cancellation. */
  readonly signed: Uint8Array;
  /** False for a repeated request: it is in the book already. */
  readonly fresh: boolean;
}

export interface BookOptions {
  readonly centre: string;
  readonly database: Database;
  readonly roster: Roster;
  readonly signer: () => SigningKey;
}

const KEPT_FOR_EMERGENCIES = 50;

/** The order book: the one room behind every door [P-30]. What it returns as accepted is in the database. */
export class OrderBook {
  readonly #options: BookOptions;

  constructor(options: BookOptions) {
    this.#options = options;
  }

  /**
   * Books a new order or a revision; a client revises only what it ordered itself. The same request again gets the
   * same answer.
   */
  async book(order: Order, origin: Origin): Promise<Decoded<Entered>> {
    const { centre, database, roster, signer } = this.#options;
    if (order.centre !== centre) {
      return refused('wrong-centre', '', [{ path: 'centre', problem: `must be ${centre}` }]);
    }
    const content = sha256(JSON.stringify(order));
    return this.#locked(database, async (queries) => {
      const latest = await latestRevision(queries, order.id);
      if (latest?.order.rev === order.rev && latest.content === content && latest.cancelledAt === undefined) {
        const audience = { kind: latest.audience, stations: await stationsOf(queries, order.id) };
        return accepted({ ...named(order), audience, signed: bytes(latest.signed), fresh: false });
      }
      if (latest !== undefined && !isTheirs(latest, origin)) return notTheirs();
      const allowed = mayFollow(order, latest);
      if (!allowed.ok) return allowed;
      const audience = resolveAudience(order.to, roster);
      if (!audience.ok) return audience;
      // Within the lock: a key that was exchanged a moment ago signs nothing more.
      const signed = await asDecoded(() => encodeOrder(order, signer()));
      if (!signed.ok) return signed;
      const room = await hasRoom(queries, order, audience.value);
      if (!room.ok) return room;
      const booked: BookedOrder = {
        order,
        content,
        signed: new TextDecoder().decode(signed.value),
        hash: sha256(signed.value),
        audience: audience.value.kind,
        bookedAt: new Date().toISOString(),
        ...(origin === 'centre' ? {} : { client: origin.client, request: origin.request }),
      };
      await insertRevision(queries, booked, audience.value);
      return accepted({ ...named(order), audience: audience.value, signed: signed.value, fresh: true });
    });
  }

  /**
   * Cancels an order up to a revision (the latest where none is named). A client cancels only what it ordered itself.
   */
  async cancel(request: { id: string; rev?: number; reason?: string }, origin: Origin): Promise<Decoded<Entered>> {
    const { centre, database, signer } = this.#options;
    return this.#locked(database, async (queries) => {
      const latest = await latestRevision(queries, request.id);
      if (latest === undefined) return refused('unknown-order', '', [{ path: 'id', problem: 'no such order' }]);
      if (!isTheirs(latest, origin)) return notTheirs();
      const rev = request.rev ?? latest.order.rev;
      if (rev < latest.order.rev) {
        return refused('superseded', '', [{ path: 'rev', problem: `the latest revision is ${latest.order.rev}` }]);
      }
      const audience = { kind: latest.audience, stations: await stationsOf(queries, request.id) };
      const before = await cancellationOf(queries, request.id);
      if (before !== undefined && before.rev >= rev) {
        return accepted({ id: request.id, rev: before.rev, audience, signed: bytes(before.signed), fresh: false });
      }
      const cancel: Cancel = {
        id: request.id,
        rev,
        type: 'cancel',
        centre,
        issuedAt: new Date().toISOString(),
        ...(request.reason === undefined ? {} : { reason: request.reason }),
      };
      const signed = await asDecoded(() => encodeCancel(cancel, signer()));
      if (!signed.ok) return signed;
      await insertCancellation(queries, {
        id: cancel.id,
        rev,
        signed: new TextDecoder().decode(signed.value),
        at: cancel.issuedAt,
      });
      return accepted({ id: cancel.id, rev, audience, signed: signed.value, fresh: true });
    });
  }

  #locked<T>(database: Database, work: (queries: Queries) => Promise<T>): Promise<T> {
    return database.transaction(async (queries) => {
      await lockBook(queries);
      return work(queries);
    });
  }
}

function mayFollow(order: Order, latest: BookedOrder | undefined): Decoded<undefined> {
  if (latest !== undefined && latest.order.rev >= order.rev) {
    const code = latest.cancelledAt === undefined ? 'superseded' : 'cancelled';
    return refused(code, '', [{ path: 'rev', problem: `revision ${latest.order.rev} is in the book` }]);
  }
  if (latest?.cancelledAt !== undefined) return refused('cancelled', '', [{ path: 'id', problem: 'cancelled' }]);
  if (order.expiresAt <= new Date().toISOString()) {
    return refused('expired', '', [{ path: 'expiresAt', problem: 'is past' }]);
  }
  const possible = canSound(order);
  if (!possible.ok) return possible;
  if (order.type === 'update' && latest === undefined) {
    return refused('unknown-order', '', [{ path: 'id', problem: 'no such order to update' }]);
  }
  if (order.type === 'new' && latest !== undefined) {
    return refused('superseded', '', [{ path: 'type', problem: 'must be update: this order is in the book' }]);
  }
  // A station left out of the new revision would keep the old one: end it and order anew instead.
  if (latest !== undefined && JSON.stringify(latest.order.to) !== JSON.stringify(order.to)) {
    return refused('invalid-fields', '', [
      { path: 'to', problem: 'must stay as it is; cancel, then send a new order' },
    ]);
  }
  return accepted(undefined);
}

/** An instant at which nobody would obey any more is a mistake that nobody should have to hear of by silence. */
function canSound({ when, expiresAt, lateBy }: Order): Decoded<undefined> {
  if (when.type !== 'at') return accepted(undefined);
  const problems = when.instants.flatMap((instant, at) =>
    instant < expiresAt ? [] : [{ path: `when.instants.${at}`, problem: 'must come before expiresAt' }],
  );
  if (problems.length > 0) return refused('invalid-fields', '', problems);
  const latest = Math.max(...when.instants.map((instant) => Date.parse(instant)));
  if (latest + lateBy * 1_000 > Date.now()) return accepted(undefined);
  return refused('expired', '', [{ path: 'when.instants', problem: 'are all past' }]);
}

/**
 * More than this would not fit into the index, and what is not listed is not certain [P-32]. The last places are for
 * emergencies, so that no flood of other orders keeps one out.
 */
async function hasRoom(queries: Queries, { id, priority }: Order, audience: Audience): Promise<Decoded<undefined>> {
  const limit = priority === 'emergency' ? MAX_INDEX_ENTRIES : MAX_INDEX_ENTRIES - KEPT_FOR_EMERGENCIES;
  const full: string[] = [];
  for (const [addressee, count] of await liveCounts(queries, id, audience)) {
    if (count >= limit) full.push(addressee === '' ? 'all' : addressee);
  }
  if (full.length === 0) return accepted(undefined);
  const problem = `${limit} live orders already: ${full.slice(0, 5).join(', ')}`;
  return refused('too-many-orders', '', [{ path: 'to', problem }]);
}

const isTheirs = (latest: BookedOrder, origin: Origin): boolean =>
  origin === 'centre' || latest.client === origin.client;

const notTheirs = () => refused('not-permitted', '', [{ path: 'id', problem: 'this order is not yours' }]);

async function asDecoded<T>(work: () => Promise<T>): Promise<Decoded<T>> {
  try {
    return accepted(await work());
  } catch (error) {
    if (error instanceof Refusal) return { ok: false, refusal: error };
    throw error;
  }
}

const named = ({ id, rev }: { id: string; rev: number }) => ({ id, rev });
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const sha256 = (data: string | Uint8Array): string => createHash('sha256').update(data).digest('hex');
