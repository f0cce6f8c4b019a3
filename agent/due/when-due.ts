import type { Outcome } from '../../protocol/report.ts';
import type { BookedAiring } from '../book/book.ts';
import { type Clock, sleep } from '../clock/clock.ts';
import type { StationClock } from '../clock/station-clock.ts';

export interface Window {
  /** Resolves with the monotonic instant at which it fell due; with undefined when the signal aborts before. */
  readonly due: Promise<number | undefined>;
  /** Monotonic milliseconds after which it must not begin any more. */
  readonly latest: number;
  /** What it is when it has not begun by then. */
  lateOutcome(): Outcome;
}

/** How long before the instant the fine timer takes over: a timer is late by a thousandth of its length. */
const FINE_MS = 250;
/** The wall clock may be set meanwhile, so a long wait looks at it again this often. */
const COARSE_MS = 1_000;

/**
 * When an airing may begin. `now` is due at once; an instant is due when the trusted clock reaches it. Until the clock
 * is trusted nothing but an emergency falls due: a replayed or expired order could not be told from a live one.
 */
export function whenDue(airing: BookedAiring, clock: Clock, stationClock: StationClock, signal: AbortSignal): Window {
  const bookedAt = clock.monotonic();
  const { occurrence, order } = airing;
  const instant = occurrence === 'now' ? undefined : Date.parse(occurrence);
  const untilExpiry = Date.parse(order.expiresAt) - stationClock.now();
  const untilDue = instant === undefined ? 0 : instant - stationClock.now();
  const lateness = untilDue + order.lateBy * 1_000;
  const timeKnown = stationClock.trusted;
  return {
    due: fallDue(instant, order.priority === 'emergency', clock, stationClock, signal),
    latest: bookedAt + (timeKnown ? Math.min(lateness, untilExpiry) : order.lateBy * 1_000),
    lateOutcome: () => (timeKnown && untilExpiry < lateness ? 'expired' : 'missed'),
  };
}

async function fallDue(
  instant: number | undefined,
  emergency: boolean,
  clock: Clock,
  stationClock: StationClock,
  signal: AbortSignal,
): Promise<number | undefined> {
  const mayFallDue = () => stationClock.trusted || (emergency && instant === undefined);
  const arrivedAt = clock.monotonic();
  let waited = false;
  while (!signal.aborted) {
    const left = (instant ?? 0) - stationClock.now();
    if (mayFallDue() && left <= 0) return waited ? clock.monotonic() : arrivedAt;
    waited = true;
    if (!mayFallDue() || left > COARSE_MS + FINE_MS) await sleep(clock, COARSE_MS, signal);
    else await sleep(clock, left > FINE_MS ? left - FINE_MS : left, signal);
  }
  return undefined;
}
