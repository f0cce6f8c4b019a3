import type { Log } from './log.ts';

/** Work that nobody waits for at once but that the centre still owns: failures are logged, `settled` waits for all. */
export class Background {
  readonly #log: Log;
  readonly #running = new Set<Promise<void>>();

  constructor(log: Log) {
    this.#log = log;
  }

  run(what: string, work: Promise<unknown>): void {
    const settled = work.then(
      () => {},
      (error: unknown) => this.#log('warn', `${what}-failed`, { error }),
    );
    this.#running.add(settled);
    void settled.then(() => this.#running.delete(settled));
  }

  async settled(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }
}
