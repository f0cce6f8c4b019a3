import { randomBytes } from 'node:crypto';
import type { Clock } from '../clock/clock.ts';
import type { StationClock } from '../clock/station-clock.ts';
import type { Configuration } from '../configuration/schema.ts';
import type { Log } from '../log.ts';
import type { Trust } from '../verify/trust.ts';

const SLOWEST_ANSWER_MS = 15_000;

export interface TimeQuestionOptions {
  readonly configuration: Configuration;
  readonly trust: Trust;
  readonly clock: Clock;
  readonly stationClock: StationClock;
  readonly log: Log;
  /** The centre's answer must be confirmed by another one. */
  readonly onTimeInDoubt: () => void;
}

/** What the station asks its centre about the time, and what it makes of the answer [P-33]. */
export class TimeQuestion {
  readonly #options: TimeQuestionOptions;
  #asked: { readonly nonce: string; readonly at: number } | undefined;

  constructor(options: TimeQuestionOptions) {
    this.#options = options;
  }

  /** A fresh nonce; an answer to any earlier one is worth nothing from now on. */
  ask(): string {
    const nonce = randomBytes(16).toString('hex');
    this.#asked = { nonce, at: this.#options.clock.monotonic() };
    return nonce;
  }

  async answer(payload: Uint8Array): Promise<void> {
    const { trust, configuration, stationClock, clock, log, onTimeInDoubt } = this.#options;
    const opened = await trust.openTime(payload);
    if (!opened.ok) {
      log('warn', 'message-refused', { kind: 'time', code: opened.refusal.code });
      return;
    }
    const time = opened.value.value;
    const asked = this.#asked;
    if (asked === undefined || time.nonce !== asked.nonce) return;
    if (time.station !== configuration.station || time.centre !== configuration.centre) return;
    this.#asked = undefined;
    // Whoever holds an answer back shifts our clock by half of that: a slow one is asked for again.
    if (clock.monotonic() - asked.at > SLOWEST_ANSWER_MS) return;
    const belief = stationClock.believe(Date.parse(time.now), clock.monotonic() - asked.at);
    if (belief === 'ask-again') onTimeInDoubt();
  }
}
