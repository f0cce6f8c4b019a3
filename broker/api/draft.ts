import { v7 as uuid } from 'uuid';
import * as v from 'valibot';
import { validate } from '../../protocol/decode.ts';
import { instant, sha256 } from '../../protocol/fields.ts';
import { type Order, orderSchema } from '../../protocol/order.ts';
import { accepted, type Decoded, type FieldProblem, refused } from '../../protocol/refusal.ts';
import type { MediaStore } from '../media/store.ts';

const DEFAULT_VALID_MS = 60 * 60_000;
const DEFAULT_LATE_SECONDS = 300;
/** The last instant that the wire can write. */
const LATEST = Date.parse('9999-12-31T23:59:59.999Z');

/**
 * What the API adds to an order: names by content instead of whole variants, and a time to live instead of an end.
 * Everything else is an order's own field and is checked as such.
 */
const additionsSchema = v.looseObject({
  programme: v.optional(v.unknown()),
  rev: v.optional(v.unknown()),
  issuedAt: v.optional(instant),
  expiresInSeconds: v.optional(
    v.pipe(
      v.number('must be a number'),
      v.integer('must be a whole number'),
      v.minValue(1, 'at least 1'),
      v.maxValue(366 * 86_400, 'at most a year'),
    ),
  ),
});

const mediaItem = v.strictObject({
  type: v.literal('audio'),
  media: v.pipe(v.array(sha256), v.minLength(1, 'at least one')),
});

interface DraftOptions {
  readonly centre: string;
  readonly media: MediaStore;
  /** Where stations fetch recordings: `<mediaUrl>/media/<sha256>`. */
  readonly mediaUrl: string;
}

/**
 * Makes an order of a request's body: id (UUIDv7), revision, centre and instants are filled in where they are absent,
 * and `{"type":"audio","media":[sha256,…]}` becomes an item with one language variant per recording.
 */
export async function completeDraft(options: DraftOptions, body: unknown): Promise<Decoded<Order>> {
  const additions = validate(additionsSchema, body);
  if (!additions.ok) return additions;
  const { expiresInSeconds, ...fields } = additions.value;
  const issuedAt = fields.issuedAt ?? new Date().toISOString();
  const end = expiresInSeconds === undefined ? endOf(body, issuedAt) : Date.parse(issuedAt) + expiresInSeconds * 1_000;
  const programme = await completeProgramme(options, fields.programme);
  const order = validate(orderSchema, {
    id: uuid(),
    rev: 1,
    type: fields.rev === undefined || fields.rev === 1 ? 'new' : 'update',
    centre: options.centre,
    expiresAt: new Date(end).toISOString(),
    status: 'actual',
    when: { type: 'now' },
    lateBy: DEFAULT_LATE_SECONDS,
    // A warning that a power cut or another warning cut short is begun again.
    onInterrupt: fields.priority === 'emergency' ? 'restart' : 'skip',
    ...fields,
    issuedAt,
    programme: programme.items,
  });
  if (order.ok && programme.problems.length === 0) return accepted(order.value);
  return refused('invalid-fields', '', [...programme.problems, ...(order.ok ? [] : order.refusal.fields)]);
}

const DAY_MS = 86_400_000;
const YEAR_MS = 365 * DAY_MS;
const instantOfDate = v.pipe(
  v.string(),
  v.transform((date) => Date.parse(`${date}T00:00:00Z`)),
  v.number(),
);

const timesSchema = v.object({
  when: v.object({ type: v.literal('at'), instants: v.array(instant) }),
  lateBy: v.optional(v.number(), DEFAULT_LATE_SECONDS),
});

const dailySchema = v.object({ when: v.object({ type: v.literal('daily'), until: v.optional(instantOfDate) }) });

/**
 * Where nobody says when an order ends (in milliseconds since 1970): an hour after the last time that it may begin; a
 * daily order two days after its last date, wherever on Earth that is, and a year from now until further notice.
 */
function endOf(body: unknown, issuedAt: string): number {
  const daily = v.safeParse(dailySchema, body);
  if (daily.success) {
    const { until } = daily.output.when;
    return until === undefined ? Date.parse(issuedAt) + YEAR_MS : until + 2 * DAY_MS;
  }
  const times = v.safeParse(timesSchema, body);
  const instants = times.success
    ? times.output.when.instants.map((at) => Date.parse(at) + times.output.lateBy * 1_000)
    : [];
  return Math.min(Math.max(Date.parse(issuedAt), ...instants) + DEFAULT_VALID_MS, LATEST);
}

/** Items that name recordings are completed; all others go on as they are, to be judged as an order's items. */
async function completeProgramme(
  { media, mediaUrl }: DraftOptions,
  programme: unknown,
): Promise<{ items: unknown; problems: FieldProblem[] }> {
  if (!Array.isArray(programme)) return { items: programme, problems: [] };
  const problems: FieldProblem[] = [];
  const items: unknown[] = [];
  for (const [at, item] of programme.entries()) {
    const named = validate(mediaItem, item);
    if (!named.ok) {
      items.push(item);
      continue;
    }
    const variants: unknown[] = [];
    for (const [index, hash] of named.value.media.entries()) {
      const recording = await media.find(hash);
      if (recording === undefined) {
        problems.push({ path: `programme.${at}.media.${index}`, problem: 'no such recording in the store' });
        // Stands in so that the order's other fields are judged too; the problem above refuses it anyway.
        variants.push({ language: 'vi', mime: 'audio/ogg', durationMs: 1, size: 1, sha256: hash, urls: [mediaUrl] });
      } else {
        variants.push({ ...recording, urls: [`${mediaUrl}/media/${hash}`] });
      }
    }
    items.push({ type: 'audio', variants });
  }
  return { items, problems };
}
