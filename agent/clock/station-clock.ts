import type { Log } from '../log.ts';
import type { Clock } from './clock.ts';
import type { Synchronisation } from './synchronisation.ts';

/** Two clocks that differ by no more agree; what they differ by is made up for. More is a step. */
const AGREE_MS = 5_000;
/** How long the time is held without comparing it: at worst (500 ppm) it is 2 s off by then, and 43 s after a day. */
const COMPARE_MS = 60 * 60_000;
const STALE_MS = 24 * 60 * 60_000;

export interface StationClockOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly synchronisation: Synchronisation;
}

/** Station time as it was known at one moment of the monotonic clock. */
interface Fix {
  readonly time: number;
  readonly at: number;
}

/** What became of a signed answer; `ask-again`: it is believed when a second one says the same [P-87]. */
export type Belief = 'believed' | 'ask-again' | 'contradicted';

/**
 * The station's wall clock and whether it may be believed. A board has no battery clock: after a power cut it may
 * think that it is 1970. [P-85] It is trusted when the operating system has synchronised its clock, or when the centre
 * has answered our nonce with a signed time [P-33]. From then on the time goes on by the monotonic clock, so that
 * whoever sets the system's clock moves nothing, and trust is not lost again.
 */
export class StationClock {
  readonly #options: StationClockOptions;
  readonly #listeners = new Set<() => void>();
  #fix: Fix | undefined;
  /** Not before this: a small correction backward lets time stand still instead. */
  #notBefore = Number.NEGATIVE_INFINITY;
  /** When the time was last found right, on the monotonic clock. */
  #comparedAt = 0;
  /** The system's last word that it is synchronised; undefined while it is not. */
  #synchronised: string | undefined;
  /** The system's clock was set after its last synchronisation, by so much. */
  #steppedMs: number | undefined;
  /** By how much the centre's last answer contradicts the system's synchronised clock. */
  #contradictionMs: number | undefined;
  /** An answer that contradicts us, until a second one agrees with it. */
  #unconfirmed: Fix | undefined;
  /** The system's clock has corrected us by a step, and the centre was not asked since. */
  #corrected = false;

  constructor(options: StationClockOptions) {
    this.#options = options;
  }

  /** Whole milliseconds since 1970; by the system's clock until it is trusted. */
  now(): number {
    const { clock } = this.#options;
    if (this.#fix === undefined) return Math.round(clock.now());
    return Math.round(Math.max(this.#notBefore, this.#ahead(this.#fix)));
  }

  instant(): string {
    return new Date(this.now()).toISOString();
  }

  /** Now, by a clock that may not be trusted, but not before what happened earlier. */
  instantSince(earlier: string): string {
    return new Date(Math.max(this.now(), Date.parse(earlier))).toISOString();
  }

  get trusted(): boolean {
    return this.#fix !== undefined;
  }

  /** What is to be said about the time, for the alarm; undefined when it is known well. */
  get doubt(): string | undefined {
    if (!this.trusted) return 'the time is not known: all but emergencies wait';
    if (this.#steppedMs !== undefined) {
      return `the system's clock was set by ${seconds(this.#steppedMs)}: the station keeps its own time`;
    }
    if (this.#contradictionMs !== undefined) {
      return `the centre's clock differs by ${seconds(this.#contradictionMs)} from this one, which is synchronised`;
    }
    return this.#sinceCompared > STALE_MS ? 'the time was not compared with another clock for a day' : undefined;
  }

  /** Whether the centre should be asked for the time. */
  get asks(): boolean {
    const inDoubt = this.#steppedMs !== undefined || this.#contradictionMs !== undefined;
    const unsure = inDoubt || this.#unconfirmed !== undefined || this.#corrected;
    return !this.trusted || unsure || this.#sinceCompared > COMPARE_MS;
  }

  /** Tells when the time is trusted from now on, when it has jumped, and when there is a new doubt. */
  onChange(listener: () => void): void {
    this.#listeners.add(listener);
  }

  /**
   * Looks at the system's clock and follows it while it is synchronised. [P-86] One that jumps is not followed before
   * it was synchronised anew, for anybody with a keyboard can set it; the centre is asked meanwhile.
   */
  async look(): Promise<void> {
    const { clock, log, synchronisation } = this.#options;
    const word = await synchronisation();
    const before = this.#synchronised;
    this.#synchronised = word;
    if (word === undefined) {
      if (before !== undefined) log('warn', 'system-clock-not-synchronised');
      this.#steppedMs = undefined;
      return;
    }
    const time = clock.now();
    const stepMs = time - this.now();
    const agrees = this.#fix === undefined || Math.abs(stepMs) <= AGREE_MS;
    const isNew = before === undefined || (this.#steppedMs !== undefined && word !== before);
    if (agrees || isNew) {
      const doubted = this.#steppedMs !== undefined;
      this.#steppedMs = undefined;
      this.#set(time, 'system');
      if (doubted) this.#tell();
    } else if (this.#steppedMs === undefined) {
      log('warn', 'system-clock-stepped', { bySeconds: Math.round(stepMs / 1_000) });
      this.#steppedMs = stepMs;
      this.#tell();
    }
  }

  /**
   * Takes the centre's word for `now`. It was given somewhere between question and answer, so half the round trip is
   * added, and it is no better than that. [P-87] A word that contradicts what we hold is believed when a second one
   * agrees with it; the system's clock, while it is synchronised and was not set by hand, is left alone.
   */
  believe(centreNow: number, roundTripMs: number): Belief {
    const { clock, log } = this.#options;
    const time = centreNow + roundTripMs / 2;
    const differsMs = time - this.now();
    const agree = (otherMs: number) => Math.abs(otherMs) <= AGREE_MS + roundTripMs / 2;
    const unconfirmed = this.#unconfirmed;
    this.#unconfirmed = undefined;
    this.#corrected = false;
    if (this.#fix === undefined) {
      this.#set(time, 'centre');
      return 'believed';
    }
    if (agree(differsMs)) {
      this.#contradictionMs = undefined;
      this.#comparedAt = clock.monotonic();
      if (!this.#follows && Math.abs(differsMs) > roundTripMs / 2) this.#set(time, 'centre');
      return 'believed';
    }
    if (this.#steppedMs !== undefined && agree(time - clock.now())) {
      this.#steppedMs = undefined;
      this.#set(clock.now(), 'centre');
      return 'believed';
    }
    log('warn', 'clock-contradicted', { bySeconds: Math.round(differsMs / 1_000) });
    if (this.#follows) {
      this.#contradictionMs = differsMs;
      this.#tell();
      return 'contradicted';
    }
    if (unconfirmed !== undefined && agree(time - this.#ahead(unconfirmed))) {
      this.#set(time, 'centre');
      return 'believed';
    }
    this.#unconfirmed = { time, at: clock.monotonic() };
    return 'ask-again';
  }

  get #follows(): boolean {
    return this.#synchronised !== undefined && this.#steppedMs === undefined;
  }

  get #sinceCompared(): number {
    return this.#options.clock.monotonic() - this.#comparedAt;
  }

  #ahead({ time, at }: Fix): number {
    return time + this.#options.clock.monotonic() - at;
  }

  #set(time: number, by: 'system' | 'centre'): void {
    const { clock, log } = this.#options;
    const trustedBefore = this.trusted;
    const before = this.now();
    const jumps = !trustedBefore || Math.abs(time - before) > AGREE_MS;
    this.#notBefore = jumps ? Number.NEGATIVE_INFINITY : Math.max(before, time);
    this.#fix = { time, at: clock.monotonic() };
    this.#comparedAt = clock.monotonic();
    if (!jumps) return;
    // Of an answer of the past, and of a clock of the past, nothing is left to be said.
    this.#contradictionMs = undefined;
    this.#unconfirmed = undefined;
    this.#corrected = trustedBefore && by === 'system';
    if (trustedBefore) log('warn', 'clock-stepped', { by, seconds: Math.round((time - before) / 1_000) });
    else log('info', 'clock-trusted', { by, now: this.instant() });
    this.#tell();
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

const seconds = (ms: number): string => `${ms > 0 ? '+' : ''}${Math.round(ms / 1_000)} s`;
