import { setTimeout as delay } from 'node:timers/promises';
import type { ReportNumber } from '../../protocol/report.ts';
import type { Database } from '../database/database.ts';
import type { Log } from '../log.ts';
import { type Head, type Stored, storeReports, type VerifiedReport } from './store.ts';

const BATCH = 500;
/** Above this many waiting reports, whoever brings more waits. */
const HIGH_WATER = 5_000;
const RETRY_MS = 1_000;

export interface LedgerOptions {
  readonly database: Database;
  readonly log: Log;
  /** After commit: these may be acknowledged. */
  readonly acknowledge: (heads: readonly Head[]) => void;
  /** After commit: these are new in the ledger. */
  readonly stored: (fresh: readonly VerifiedReport[]) => void;
  /** A number came again with another content; it was kept beside the ledger. */
  readonly reused: (number: ReportNumber) => void;
}

/**
 * Every report, stored in batches: while one batch commits the next gathers, so the batch grows with the load.
 * Nothing is acknowledged before its batch is committed [P-41].
 */
export class Ledger {
  readonly #options: LedgerOptions;
  readonly #stopping = new AbortController();
  #waiting: VerifiedReport[] = [];
  #running: Promise<void> | undefined;
  #room: { promise: Promise<void>; open: () => void } | undefined;

  constructor(options: LedgerOptions) {
    this.#options = options;
  }

  /** Hands a report over; resolves at once while there is room. */
  async add(report: VerifiedReport): Promise<void> {
    while (this.#waiting.length >= HIGH_WATER && !this.#stopping.signal.aborted) await this.#roomAgain();
    this.#waiting.push(report);
    this.#running ??= this.#run();
  }

  /** Stores what is waiting, or gives up on a database that does not answer: it was not acknowledged. */
  async close(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, BATCH);
      this.#room?.open();
      this.#room = undefined;
      await this.#store(batch);
    }
    this.#running = undefined;
  }

  async #store(batch: readonly VerifiedReport[]): Promise<void> {
    const { database, log } = this.#options;
    for (;;) {
      try {
        return this.#done(await storeReports(database, batch));
      } catch (error) {
        if (isAboutTheData(error) && batch.length > 1) return await this.#storeOneByOne(batch);
        log('error', 'reports-not-stored', { reports: batch.length, error });
        if (isAboutTheData(error) || this.#stopping.signal.aborted) return;
        await delay(RETRY_MS, undefined, { signal: this.#stopping.signal }).catch(() => {});
      }
    }
  }

  /** One report that the database will not take must not hold up the others of its batch. */
  async #storeOneByOne(batch: readonly VerifiedReport[]): Promise<void> {
    for (const report of batch) await this.#store([report]);
  }

  #done(stored: Stored): void {
    for (const { number } of stored.reused) this.#options.reused(number);
    this.#options.acknowledge(stored.heads);
    if (stored.fresh.length > 0) this.#options.stored(stored.fresh);
  }

  #roomAgain(): Promise<void> {
    if (this.#room === undefined) {
      let open = (): void => {};
      const promise = new Promise<void>((resolve) => {
        open = resolve;
      });
      this.#room = { promise, open };
    }
    return this.#room.promise;
  }
}

/** SQLSTATE classes 22 (data exception) and 23 (integrity constraint): the same again would fail again. */
function isAboutTheData(error: unknown): boolean {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && /^2[23]/.test(error.code);
}
