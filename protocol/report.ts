import * as v from 'valibot';
import { type KeyLookup, type Opened, open, type SigningKey, seal } from './envelope.ts';
import {
  counter,
  fieldProblem,
  identifier,
  instant,
  integer,
  orderReference,
  randomId,
  remark,
  sha256,
  text,
} from './fields.ts';
import { MAX_PROBLEMS, MAX_TAGS } from './limits.ts';
import { type Decoded, refusalCodes } from './refusal.ts';

export const outcomes = [
  'accepted',
  'rejected',
  'ready',
  'airing',
  'aired',
  'interrupted',
  'preempted',
  'failed',
  'missed',
  'expired',
  'cancelled',
] as const;
export type Outcome = (typeof outcomes)[number];

/** After one of these an airing reports nothing more. */
export const finalOutcomes = [
  'rejected',
  'aired',
  'interrupted',
  'preempted',
  'failed',
  'missed',
  'expired',
  'cancelled',
] as const satisfies readonly Outcome[];

export const isFinal = (outcome: Outcome): boolean => (finalOutcomes as readonly Outcome[]).includes(outcome);

/** Whether an airing (or its order, where no occurrence is named) reports nothing more after this [P-43]. */
export const isLast = ({ outcome, continues }: Pick<Report, 'outcome' | 'continues'>): boolean =>
  isFinal(outcome) && continues !== true;

/** How far the proof reaches, weakest first (design, section 6). */
export const grades = ['received', 'keyed', 'played', 'sounded', 'heard'] as const;
export type Grade = (typeof grades)[number];

/** dBFS, or dB below full output; -120 stands for digital silence. */
const decibels = v.pipe(v.number(), v.minValue(-120), v.maxValue(40));
const milliseconds = v.pipe(v.number(), v.minValue(0), v.maxValue(86_400_000));

const zoneEvidence = v.object({
  zone: identifier,
  /** `contact`: sensed; `commanded`: the controller repeats our command; `none`: nothing switches this zone. */
  readback: v.picklist(['contact', 'commanded', 'none']),
  keyed: v.union([v.boolean(), v.literal('unknown')]),
});

export const evidenceSchema = v.object({
  grade: v.picklist(grades),
  zones: v.pipe(v.array(zoneEvidence), v.maxLength(MAX_TAGS)),
  played: v.optional(
    v.object({ ms: milliseconds, ofMs: milliseconds, rmsDb: decibels, peakDb: decibels, silentMs: milliseconds }),
  ),
  /** The amplifier's output while the programme played; absent where the hardware cannot tell. */
  sounded: v.optional(v.object({ samples: counter, rmsDb: decibels, peakDb: decibels })),
});
export type Evidence = v.InferOutput<typeof evidenceSchema>;

export const reportSchema = v.pipe(
  v.object({
    station: identifier,
    epoch: randomId,
    seq: integer(1, Number.MAX_SAFE_INTEGER),
    at: instant,
    clock: v.picklist(['trusted', 'untrusted']),
    software: text(64),
    outcome: v.picklist(outcomes),
    /** Of an interrupted or preempted airing: it will be taken up again, so this is not its last report [P-43]. */
    continues: v.optional(v.literal(true)),
    /** Absent only where no order could be verified. */
    order: v.optional(orderReference),
    /** Which occurrence: its instant, or `now`. */
    occurrence: v.optional(v.union([v.literal('now'), instant])),
    /** SHA-256 of the message that was refused, so that whoever sent it can find it. */
    message: v.optional(sha256),
    refusal: v.optional(
      v.object({
        code: v.picklist(refusalCodes),
        detail: v.optional(remark),
        fields: v.optional(v.pipe(v.array(fieldProblem), v.maxLength(MAX_PROBLEMS))),
      }),
    ),
    evidence: v.optional(evidenceSchema),
    /** Milliseconds on the station's monotonic clock from the order's arrival (or its due instant). */
    timing: v.optional(v.object({ toRelayMs: v.optional(milliseconds), toSoundMs: v.optional(milliseconds) })),
  }),
  v.check(
    (report) => report.outcome !== 'aired' || airedIsProven(report.evidence),
    'aired without its evidence [P-40]',
  ),
  v.check(
    (report) => report.evidence === undefined || gradeIsProven(report.evidence),
    'a grade without its evidence [P-40]',
  ),
  v.check(
    (report) => !['rejected', 'failed'].includes(report.outcome) || report.refusal !== undefined,
    'says no reason',
  ),
  v.check(
    (report) => report.continues === undefined || ['interrupted', 'preempted'].includes(report.outcome),
    'only what was interrupted or preempted continues [P-43]',
  ),
  v.check((report) => report.outcome === 'rejected' || report.order !== undefined, 'names no order'),
);

/** What a station says happened. */
export type Report = v.InferOutput<typeof reportSchema>;

/** [P-40] `aired` only with every zone keyed (as far as its hardware can tell) and the whole programme played. */
function airedIsProven(evidence: Evidence | undefined): boolean {
  if (evidence?.played === undefined) return false;
  return keyedAsFarAsKnown(evidence) && evidence.played.ms >= evidence.played.ofMs;
}

/** [P-40] No grade above what its own readings carry. */
function gradeIsProven(evidence: Evidence): boolean {
  switch (evidence.grade) {
    case 'received':
      return true;
    case 'keyed':
      return evidence.zones.length > 0 && evidence.zones.every((zone) => zone.keyed === true);
    case 'played':
    case 'heard':
      return keyedAsFarAsKnown(evidence) && evidence.played !== undefined && evidence.played.ms > 0;
    case 'sounded':
      return keyedAsFarAsKnown(evidence) && evidence.sounded !== undefined && evidence.sounded.samples > 0;
  }
}

/** Every zone keyed; `unknown` counts only where nothing can be read back. */
function keyedAsFarAsKnown(evidence: Evidence): boolean {
  const keyed = (zone: Evidence['zones'][number]): boolean =>
    zone.keyed === true || (zone.readback === 'none' && zone.keyed === 'unknown');
  return evidence.zones.length > 0 && evidence.zones.every(keyed);
}

/** A report's name: whose it is and which [P-41]. */
export const reportNumberSchema = v.object({
  station: identifier,
  epoch: randomId,
  seq: integer(1, Number.MAX_SAFE_INTEGER),
});
export type ReportNumber = v.InferOutput<typeof reportNumberSchema>;

export const encodeReport = (report: Report, signer: SigningKey): Promise<Uint8Array> =>
  seal('loa-report', reportSchema, report, signer);

export const decodeReport = (bytes: Uint8Array, lookup: KeyLookup): Promise<Decoded<Opened<Report>>> =>
  open('loa-report', reportSchema, bytes, lookup);

/** Only the number of a report: a centre that does not understand the rest can still keep and acknowledge it [P-41]. */
export const decodeReportNumber = (bytes: Uint8Array, lookup: KeyLookup): Promise<Decoded<Opened<ReportNumber>>> =>
  open('loa-report', reportNumberSchema, bytes, lookup);
