import type { Clock } from '../clock/clock.ts';
import type { Log } from '../log.ts';
import type { Act } from './lane.ts';

/** Orders that wait in memory for the keys, or for a journal that is not in order yet. */
const MOST_EARLY = 32;
/** The manifest is retained; a broker that has lost it keeps a connection waiting no longer. */
const MANIFEST_WITHIN_MS = 5_000;

/** What came before it could be judged: the first of it waits here, the index brings the rest again. */
export class Early {
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #acts: Act[] = [];
  #manifestCame = false;
  #manifestBy = Number.POSITIVE_INFINITY;
  #cancelWait = () => {};

  constructor({ clock, log }: { readonly clock: Clock; readonly log: Log }) {
    this.#clock = clock;
    this.#log = log;
  }

  /** A connection begins: its manifest of keys may be on its way. */
  connected(): void {
    this.#manifestBy = this.#clock.monotonic() + MANIFEST_WITHIN_MS;
    this.#cancelWait = this.#clock.after(MANIFEST_WITHIN_MS, () => {
      this.take().catch((error: unknown) => this.#log('error', 'journal-write-failed', { error }));
    });
  }

  disconnected(): void {
    this.#manifestBy = Number.POSITIVE_INFINITY;
    this.#manifestCame = false;
    this.#cancelWait();
  }

  manifestCame(): void {
    this.#manifestCame = true;
  }

  /**
   * Whether the keys that we have are today's: a card put back, or a board that was away, has older ones, and a key
   * may be revoked since [P-74].
   */
  get keysAreCurrent(): boolean {
    return this.#manifestCame || this.#clock.monotonic() >= this.#manifestBy;
  }

  wait(act: Act): void {
    if (this.#acts.length < MOST_EARLY) this.#acts.push(act);
  }

  /** Takes what waits, in its order. Rejects when the journal cannot be written. */
  async take(): Promise<void> {
    for (const act of this.#acts.splice(0)) await act();
  }
}
