import { attend } from './attend.ts';
import type { BookedAiring, Booking } from './book/booking.ts';
import type { AttendOptions } from './recorder.ts';

export type AttendanceOptions = Omit<AttendOptions, 'withdrawn' | 'closing'>;

/** Every booked airing that has not ended, each attended by one task. The owner of those tasks. */
export class Attendance {
  readonly #options: AttendanceOptions;
  readonly #closing = new AbortController();
  readonly #attended = new Map<string, { readonly withdrawn: AbortController; readonly done: Promise<void> }>();

  constructor(options: AttendanceOptions) {
    this.#options = options;
  }

  /** Begins what is booked and ends what is withdrawn. */
  apply({ booked, withdrawn }: Booking): void {
    for (const key of withdrawn) this.#attended.get(key)?.withdrawn.abort();
    for (const airing of booked) this.#attend(airing);
  }

  /** Ends everything; resolves when no airing is on air and every outcome is on the journal. */
  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.all([...this.#attended.values()].map(({ done }) => done));
  }

  #attend(airing: BookedAiring): void {
    const withdrawn = new AbortController();
    const { log } = this.#options;
    const done = attend(airing, { ...this.#options, closing: this.#closing.signal, withdrawn: withdrawn.signal })
      .catch((error: unknown) => log('error', 'airing-lost', { airing: airing.key, error }))
      .finally(() => this.#attended.delete(airing.key));
    this.#attended.set(airing.key, { withdrawn, done });
  }
}
