import type { Priority } from '../../../protocol/fields.ts';
import type { Report } from '../../../protocol/report.ts';
import type { TimelineEvent } from '../../../simulator/loudspeaker/timeline.ts';

/** Everything that the checker judges by. Instants are milliseconds since 1970 by the machine's one clock. */
export interface History {
  readonly stations: readonly StationHistory[];
  /** One entry a revision. */
  readonly orders: readonly OrderedRevision[];
  /** How wrong a station's clock may be after a signed answer that was held up on its way. */
  readonly clockToleranceMs: number;
}

export interface StationHistory {
  readonly station: string;
  readonly zones: readonly string[];
  /** When an agent ran here and was not stopped; the last one may still run. */
  readonly lives: readonly Life[];
  /** Its operating system's clock was set while it ran: until it knew the time its reports tell a wrong one. */
  readonly clockSet: boolean;
  /** Old images of its card that were put back. */
  readonly cards: readonly Card[];
  /** What the controller and the loudspeakers recorded. */
  readonly timeline: readonly TimelineEvent[];
  /** What was heard, out of the zones' recordings. */
  readonly hearings: readonly Hearing[];
  /** What it was told of orders that ended, and acknowledged [P-60]; the earliest time for each. */
  readonly told: readonly Told[];
  /** The centre's ledger of this station, in the order of the numbers. */
  readonly reports: readonly Report[];
  /** Reports that the centre kept and could not count. */
  readonly odd: number;
}

/** From `at` on the station knows that the revisions of an order up to `upTo` were cancelled or replaced. */
export interface Told {
  readonly id: string;
  readonly upTo: number;
  readonly at: number;
}

export interface Card {
  readonly imageAt: number;
  readonly putBackAt: number;
}

export interface Life {
  readonly from: number;
  readonly to: number | undefined;
}

/** One uninterrupted sound in one zone. */
export interface Hearing {
  readonly zone: string;
  readonly from: number;
  readonly to: number;
  /** How much of it was no silence: a sink may run dry. */
  readonly audibleMs: number;
  /** Which recording; undefined where it is none of ours. */
  readonly signature: number | undefined;
  /** The parts of the recording that were heard, in milliseconds from its beginning, in the order in which. */
  readonly passes: readonly Span[];
}

export interface Span {
  readonly from: number;
  readonly to: number;
}

/** One revision of an order, as it was handed in, and what the centre said and says of it. */
export interface OrderedRevision {
  readonly id: string;
  readonly rev: number;
  readonly priority: Priority;
  readonly stations: readonly string[];
  /** Selected zones; undefined means all. */
  readonly zones: readonly string[] | undefined;
  /** `now`, or instants as the order carries them. */
  readonly occurrences: readonly string[];
  readonly issuedAt: number;
  readonly lateByMs: number;
  readonly expiresAt: number;
  readonly signature: number;
  readonly durationMs: number;
  readonly times: number;
  readonly resumes: boolean;
  /** The centre answered that it is booked. Unanswered, it may be booked or not. */
  readonly answered: boolean;
  /** The centre answered that the order is cancelled. */
  readonly cancelAnswered: boolean;
  /** What the centre's book holds now: the latest revision, and whether it is cancelled. Undefined: no such order. */
  readonly booked: { readonly rev: number; readonly cancelled: boolean } | undefined;
  /** The last order to a station, given when all was healed: it must air. */
  readonly last: boolean;
}

/** A broken promise, with what shows it. */
export interface Violation {
  readonly rule: Rule;
  readonly station?: string;
  /** `id/rev/occurrence`, as far as it applies. */
  readonly airing?: string;
  readonly what: string;
  readonly reports?: readonly string[];
  readonly timeline?: readonly string[];
}

export type Rule =
  | 'order-lost'
  | 'cancellation-lost'
  | 'numbers'
  | 'no-outcome'
  | 'two-outcomes'
  | 'heard-twice'
  | 'aired-unheard'
  | 'heard-unreported'
  | 'unknown-sound'
  | 'wrong-zone'
  | 'airs-cancelled'
  | 'too-early'
  | 'too-late'
  | 'relay-without-owner'
  | 'relay-unexplained'
  | 'stuck';
