import type { Log } from './log.ts';

/** What has been opened so far, closed in reverse whatever happens. */
export class Opened {
  readonly #closers: (() => Promise<unknown> | unknown)[] = [];

  add(close: () => Promise<unknown> | unknown): void {
    this.#closers.push(close);
  }

  async close(log: Log): Promise<void> {
    for (const close of this.#closers.splice(0).reverse()) {
      try {
        await close();
      } catch (error) {
        log('error', 'close-failed', { error });
      }
    }
  }
}
