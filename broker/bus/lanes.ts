import type { Log } from '../log.ts';

export interface LanesOptions<Work> {
  /** Messages that one lane may hold; what comes above is dropped, and whoever sent it sends it again. */
  readonly limit: number;
  readonly handle: (lane: string, work: Work) => Promise<void>;
  readonly dropped: (lane: string, work: Work) => void;
  readonly log: Log;
}

/** One queue per sender: in order within a lane, lanes side by side, so that a noisy sender delays only itself. */
export class Lanes<Work> {
  readonly #options: LanesOptions<Work>;
  readonly #waiting = new Map<string, Work[]>();
  readonly #running = new Map<string, Promise<void>>();

  constructor(options: LanesOptions<Work>) {
    this.#options = options;
  }

  push(lane: string, work: Work): void {
    const queue = this.#waiting.get(lane);
    if (queue === undefined) {
      const fresh = [work];
      this.#waiting.set(lane, fresh);
      this.#running.set(lane, this.#run(lane, fresh));
    } else if (queue.length < this.#options.limit) {
      queue.push(work);
    } else {
      this.#options.dropped(lane, work);
    }
  }

  /** Resolves when everything that was pushed has been handled. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running.values());
  }

  async #run(lane: string, queue: Work[]): Promise<void> {
    for (let work = queue[0]; work !== undefined; work = queue[0]) {
      try {
        await this.#options.handle(lane, work);
      } catch (error) {
        this.#options.log('error', 'message-failed', { lane, error });
      }
      queue.shift();
    }
    this.#waiting.delete(lane);
    this.#running.delete(lane);
  }
}
