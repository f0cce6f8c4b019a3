import * as v from 'valibot';
import { type KeyLookup, type Opened, open, type SigningKey, seal } from './envelope.ts';
import { counter, identifier, instant, orderId, randomId, revision } from './fields.ts';
import { MAX_RECALLED_AIRINGS } from './limits.ts';
import type { Decoded } from './refusal.ts';
import { outcomes } from './report.ts';

/** What a station asks about its journal: out of a pull, on each connection [P-71] and page by page [P-72]. */
export const recallQuestionSchema = v.object({
  epoch: randomId,
  nonce: randomId,
  /** Where the last page ended, 0 for the first. Absent: no airings are asked for. */
  after: v.optional(counter),
});

export type RecallQuestion = v.InferOutput<typeof recallQuestionSchema>;

/**
 * What the centre's ledger knows of a station's journal, and of its airings. It answers one nonce and is worth nothing
 * for any other question, so that an old one cannot be replayed.
 */
export const recallSchema = v.strictObject({
  centre: identifier,
  station: identifier,
  nonce: randomId,
  epoch: randomId,
  now: instant,
  /** Of this epoch every report up to this number is in the ledger. */
  stored: counter,
  /** The highest number of this epoch that is in the ledger, 0 if there is none. */
  highest: counter,
  /** The epoch out of which this station last said anything about an airing; absent when it never did. */
  latest: v.optional(randomId),
  /**
   * Of orders that have not expired: what began or ended here as other epochs said, the first outcome after which
   * nothing follows.
   */
  airings: v.pipe(
    v.array(
      v.strictObject({
        id: orderId,
        rev: revision,
        /** Absent where the order ended as a whole. */
        occurrence: v.optional(v.union([v.literal('now'), instant])),
        /** `airing` where the ledger knows of a beginning and of no end. */
        outcome: v.picklist(outcomes),
      }),
    ),
    v.maxLength(MAX_RECALLED_AIRINGS),
  ),
  /** There is more after this page. */
  next: v.optional(counter),
});

export type Recall = v.InferOutput<typeof recallSchema>;
export type RecalledAiring = Recall['airings'][number];

export const encodeRecall = (recall: Recall, signer: SigningKey): Promise<Uint8Array> =>
  seal('loa-recall', recallSchema, recall, signer);

export const decodeRecall = (bytes: Uint8Array, lookup: KeyLookup): Promise<Decoded<Opened<Recall>>> =>
  open('loa-recall', recallSchema, bytes, lookup);
