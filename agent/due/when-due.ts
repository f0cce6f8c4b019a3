import type { Outcome } from '../../protocol/report.ts';
import type { BookedAiring } from '../book/booking.ts';
import { type Clock, sleep } from '../clock/clock.ts';
import type { StationClock } from '../clock/station-clock.ts';
import { Ticks } from '../clock/ticks.ts';
import { latestReturn, latestStart } from './lateness.ts';

/** When an airing may begin; watched until `signal` aborts. */
export interface Window {
  /** Resolves with the monotonic instant at which it fell due; with undefined when it is late or off before. */
  readonly due: Promise<number | undefined>;
  /** Aborts when it must not begin any more. */
  readonly late: AbortSignal;
  /** What it is when it has not begun, or not begun again, by then. */
  readonly lateOutcome: Extract<Outcome, 'missed' | 'expired' | 'interrupted' | 'preempted'>;
  /** Looks at the time right before it begins: that it is late may be known only since it fell due. */
  look(): void;
  /** It has begun: what goes on, in pieces perhaps, is bounded by the order's end alone. */
  begun(): void;
  /** It was cut short: from now on it may come back as long as [P-130] says. */
  cutShort(): void;
  /** It has not begun after all: nothing of it was heard [P-79]. */
  waitsAgain(): void;
}

/** How long before the instant the fine timer takes over: a timer is late by a thousandth of its length. */
const FINE_MS = 250;
/** The wall clock may be set meanwhile, so a long wait looks at it again this often. */
export const COARSE_MS = 1_000;

/**
 * An occurrence is due at its instant, and `now` at once; it may begin as late as `latestStart` and come back as late as
 * `latestReturn` says, and never after the order's end.
 *
 * Until the clock is trusted nothing falls due and nothing is late, but for an emergency that is to air now: without
 * the time a replayed or ended order cannot be told from a live one, and a warning must not wait for that.
 */
export function whenDue(
  airing: BookedAiring,
  clock: Clock,
  stationClock: StationClock,
  signal: AbortSignal,
  ticks = new Ticks(clock, COARSE_MS),
): Window {
  const { occurrence, order } = airing;
  const arrivedAt = clock.monotonic();
  const dueFrom = occurrence === 'now' ? 0 : Date.parse(occurrence);
  const toBegin = latestStart(order, occurrence);
  const expiry = Date.parse(order.expiresAt);
  const urgent = occurrence === 'now' && order.priority === 'emergency';
  const late = new AbortController();
  const hasBegun = airing.state === 'interrupted' || airing.state === 'preempted';
  const latestToBegin = Math.min(toBegin, expiry);
  const latestToReturn = Math.min(latestReturn(order, occurrence), expiry);
  let latest = hasBegun ? latestToReturn : latestToBegin;
  let fallDue: (at: number | undefined) => void = () => {};
  const due = new Promise<number | undefined>((resolve) => {
    fallDue = resolve;
  });

  const watch = async () => {
    let waited = false;
    let isDue = false;
    while (!signal.aborted) {
      const now = presumed();
      if (now !== undefined && now > latest) break;
      if (now !== undefined && now >= dueFrom && !isDue) {
        isDue = true;
        fallDue(waited ? clock.monotonic() : arrivedAt);
      }
      waited = true;
      const leftMs = now === undefined ? Number.POSITIVE_INFINITY : (isDue ? latest + 1 : dueFrom) - now;
      if (leftMs > COARSE_MS + FINE_MS) await ticks.next();
      else await sleep(clock, leftMs > FINE_MS ? leftMs - FINE_MS : leftMs, signal);
    }
    fallDue(undefined);
    if (!signal.aborted) late.abort();
  };
  const presumed = () => (stationClock.trusted ? stationClock.now() : urgent ? unverified() : undefined);
  /** As if the order had been issued when it arrived. */
  const unverified = () => Date.parse(order.issuedAt) + (clock.monotonic() - arrivedAt);
  signal.addEventListener('abort', () => fallDue(undefined), { once: true });
  void watch();

  return {
    due,
    late: late.signal,
    lateOutcome: hasBegun ? airing.state : expiry <= toBegin ? 'expired' : 'missed',
    look: () => {
      const now = presumed();
      if (now !== undefined && now > latest && !signal.aborted) late.abort();
    },
    begun: () => {
      latest = expiry;
    },
    cutShort: () => {
      latest = latestToReturn;
    },
    waitsAgain: () => {
      latest = hasBegun ? latestToReturn : latestToBegin;
    },
  };
}
