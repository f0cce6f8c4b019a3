import { ClassicLevel } from 'classic-level';
import type { Log } from '../log.ts';

export type Operation =
  | { readonly type: 'put'; readonly key: string; readonly value: unknown }
  | { readonly type: 'del'; readonly key: string };

export interface StorageOptions {
  readonly directory: string;
  readonly log: Log;
  /** Asked for room on the disk when a write failed. */
  readonly relieve?: () => Promise<void>;
}

/** LevelDB, as a disk that is full or fails for a while leaves it usable. Its writes must come one after the other. */
export class Storage {
  readonly #db: ClassicLevel<string, unknown>;
  readonly #options: StorageOptions;
  readonly #listeners = new Set<(failure: unknown) => void>();
  #torn = false;

  private constructor(options: StorageOptions) {
    this.#options = options;
    this.#db = new ClassicLevel<string, unknown>(options.directory, { valueEncoding: 'json' });
  }

  /** Throws when LevelDB cannot; the cause says why. */
  static async open(options: StorageOptions): Promise<Storage> {
    const storage = new Storage(options);
    await storage.#db.open();
    return storage;
  }

  /** Tells after every synchronous write whether it failed: with the error, or with undefined. */
  onFailure(listener: (failure: unknown) => void): void {
    this.#listeners.add(listener);
  }

  iterate(range: { gt?: string; lt?: string; limit?: number } = {}): AsyncIterable<[string, unknown]> {
    return this.#db.iterator(range);
  }

  /** All or nothing, and on the disk when it resolves. A write that fails asks once for room. */
  async write(operations: Operation[]): Promise<void> {
    try {
      await this.#batch(operations, true).catch(async (error: unknown) => {
        this.#options.log('error', 'journal-write-failed', { error });
        await this.#options.relieve?.();
        await this.#batch(operations, true);
      });
      this.#tell(undefined);
    } catch (error) {
      this.#tell(error);
      throw error;
    }
  }

  /** All or nothing, and on the disk some time. */
  writeLater(operations: Operation[]): Promise<void> {
    return this.#batch(operations, false);
  }

  close(): Promise<void> {
    return this.#db.close();
  }

  /**
   * After a write that failed, LevelDB takes further ones but puts them behind a torn record: the next opening drops
   * them, synced or not. So it is opened anew before anything else is written.
   */
  async #batch(operations: Operation[], sync: boolean): Promise<void> {
    if (this.#torn) {
      await this.#db.close();
      await this.#db.open();
      this.#torn = false;
    }
    try {
      await this.#db.batch(operations, { sync });
    } catch (error) {
      this.#torn = true;
      throw error;
    }
  }

  #tell(failure: unknown): void {
    for (const listener of this.#listeners) listener(failure);
  }
}
