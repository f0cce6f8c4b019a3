interface Waiter {
  readonly isUrgent: () => boolean;
  readonly begin: () => void;
}

/** Lets a few pieces of work go on at a time; what is urgent waits for nobody. */
export class Slots {
  readonly #atOnce: number;
  #running = 0;
  #waiting: Waiter[] = [];

  constructor(atOnce: number) {
    this.#atOnce = atOnce;
  }

  /** Does the work in its turn; at once when the signal aborts, so that the work can say so itself. */
  async during<T>(work: () => Promise<T>, isUrgent: () => boolean, signal: AbortSignal): Promise<T> {
    if (this.#running >= this.#atOnce && !isUrgent() && !signal.aborted) await this.#wait(isUrgent, signal);
    this.#running += 1;
    try {
      return await work();
    } finally {
      this.#running -= 1;
      if (this.#running < this.#atOnce) this.#waiting[0]?.begin();
    }
  }

  /** Something may have become urgent. */
  look(): void {
    for (const waiter of this.#waiting) if (waiter.isUrgent()) waiter.begin();
  }

  #wait(isUrgent: () => boolean, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const waiter = {
        isUrgent,
        begin: () => {
          signal.removeEventListener('abort', waiter.begin);
          this.#waiting = this.#waiting.filter((each) => each !== waiter);
          resolve();
        },
      };
      signal.addEventListener('abort', waiter.begin, { once: true });
      this.#waiting = [...this.#waiting, waiter];
    });
  }
}
