import type { AirOptions } from './air/air.ts';
import type { BookedAiring } from './book/booking.ts';
import type { Journal } from './book/journal.ts';
import { recordOutcome } from './book/outcome.ts';
import type { Clock } from './clock/clock.ts';
import type { StationClock } from './clock/station-clock.ts';
import type { Ticks } from './clock/ticks.ts';
import type { Stage } from './due/stage.ts';
import type { Preparation } from './fetch/prepare.ts';
import type { Log } from './log.ts';
import { persist } from './persist.ts';
import type { Policies } from './policy/policies.ts';

export interface AttendOptions {
  readonly journal: Journal;
  readonly preparation: Preparation;
  readonly stage: Stage;
  readonly clock: Clock;
  readonly stationClock: StationClock;
  /** For all that wait for a time far off. */
  readonly ticks: Ticks;
  readonly log: Log;
  readonly air: Pick<AirOptions, 'hardware' | 'sink' | 'ffmpeg' | 'onDecoder' | 'settleMs'>;
  readonly policies: Policies;
  /** Aborts when the agent ends; booked airings stay booked, one on air is interrupted. */
  readonly closing: AbortSignal;
  /** Aborts when the order was cancelled or replaced. */
  readonly withdrawn: AbortSignal;
}

type Recorder = (...parts: TailOf<Parameters<typeof recordOutcome>>) => Promise<boolean>;
type TailOf<T extends readonly unknown[]> = T extends readonly [unknown, unknown, ...infer Tail] ? Tail : never;

/** Records this airing's outcomes, again and again where the journal cannot be written. */
export const recorder =
  (airing: BookedAiring, options: AttendOptions): Recorder =>
  (...parts) =>
    persist(() => recordOutcome(options.journal, airing, ...parts), { ...options, airing: airing.key });
