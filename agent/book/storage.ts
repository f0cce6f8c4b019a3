import { readdir } from 'node:fs/promises';
import { ClassicLevel } from 'classic-level';
import type { Log } from '../log.ts';

/** The files are damaged: LevelDB will never open or read them again. The cause says how. */
export class UnreadableJournalError extends Error {
  override readonly name = 'UnreadableJournalError';
}

/** Another process has the journal open. */
export class JournalInUseError extends Error {
  override readonly name = 'JournalInUseError';
}

export type Operation =
  | { readonly type: 'put'; readonly key: string; readonly value: unknown }
  | { readonly type: 'del'; readonly key: string };

export const put = (key: string, value: unknown): Operation => ({ type: 'put', key, value });

export interface StorageOptions {
  readonly directory: string;
  readonly log: Log;
  /** Asked for room on the disk when a write failed. */
  readonly relieve?: () => Promise<void>;
}

/** LevelDB, as a disk that is full or fails for a while leaves it usable. Its writes must come one after the other. */
export class Storage {
  readonly #db: ClassicLevel<string, string>;
  readonly #options: StorageOptions;
  readonly #listeners = new Set<(failure: unknown) => void>();
  readonly #beforeReopening: () => Promise<void>;
  #torn = false;
  #closed = false;

  private constructor(options: StorageOptions, beforeReopening: () => Promise<void>, createIfMissing: boolean) {
    this.#options = options;
    this.#beforeReopening = beforeReopening;
    this.#db = new ClassicLevel<string, string>(options.directory, { valueEncoding: 'utf8', createIfMissing });
  }

  /**
   * `beforeReopening` is awaited when a write has failed and the files are about to be closed and opened anew: the last
   * chance to read them. Throws UnreadableJournalError, JournalInUseError, or what else keeps LevelDB from opening it.
   */
  static async open(options: StorageOptions, beforeReopening = async () => {}): Promise<Storage> {
    // Without its CURRENT file LevelDB would make a new database on top of what is there.
    const storage = new Storage(options, beforeReopening, !(await holdsDatabase(options.directory)));
    await storage.#db.open().catch((error: unknown) => {
      throw explained(error, options.directory);
    });
    return storage;
  }

  /** Tells after every synchronous write whether it failed: with the error, or with undefined. */
  onFailure(listener: (failure: unknown) => void): void {
    this.#listeners.add(listener);
  }

  /** In the order of the keys; undefined stands for a value that is no JSON. Throws UnreadableJournalError. */
  async *iterate(range: { gt?: string; lt?: string; limit?: number } = {}): AsyncIterable<[string, unknown]> {
    try {
      for await (const [key, value] of this.#db.iterator(range)) yield [key, parsed(value)];
    } catch (error) {
      throw explained(error, this.#options.directory);
    }
  }

  /** All or nothing, and on the disk when it resolves. A write that finds no room asks for some once. */
  async write(operations: Operation[]): Promise<void> {
    try {
      await this.#batch(operations, true).catch(async (error: unknown) => {
        this.#options.log('error', 'journal-write-failed', { error });
        // A card that fails for another reason is not mended by giving up recordings, which may still be played.
        if (isNoSpace(error)) await this.#options.relieve?.();
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
    this.#closed = true;
    return this.#db.close();
  }

  /**
   * After a write that failed, LevelDB takes further ones but puts them behind a torn record: the next opening drops
   * them, synced or not. So it is opened anew before anything else is written.
   */
  async #batch(operations: Operation[], sync: boolean): Promise<void> {
    // What comes too late must not open it again under the next agent's feet.
    if (this.#closed) throw new Error('the journal is closed');
    if (this.#torn) {
      await this.#beforeReopening();
      await this.#db.close();
      await this.#db.open();
      this.#torn = false;
    }
    try {
      const texts = operations.map((operation) =>
        operation.type === 'put' ? { ...operation, value: JSON.stringify(operation.value) } : operation,
      );
      await this.#db.batch(texts, { sync });
    } catch (error) {
      this.#torn = true;
      throw error;
    }
  }

  #tell(failure: unknown): void {
    for (const listener of this.#listeners) listener(failure);
  }
}

/** LevelDB tells it in words alone, and when it cannot be opened in its cause's. */
export const isNoSpace = (error: unknown): error is Error =>
  error instanceof Error && (/no space left|disk quota/i.test(error.message) || isNoSpace(error.cause));

async function holdsDatabase(directory: string): Promise<boolean> {
  const names = await readdir(directory).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  return names.some((name) => name === 'CURRENT' || name.endsWith('.ldb') || name.endsWith('.log'));
}

/**
 * Tells damage from everything that may pass. LevelDB calls a file that is missing or too short an I/O error too, as it
 * does a card that cannot be read: only the words differ.
 */
function explained(error: unknown, directory: string): unknown {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (!(cause instanceof Error)) return error;
  const { code } = cause as NodeJS.ErrnoException;
  if (code === 'LEVEL_LOCKED') return new JournalInUseError(directory, { cause });
  const damaged =
    code === 'LEVEL_CORRUPTION' ||
    cause.message.includes('create_if_missing is false') ||
    (code === 'LEVEL_IO_ERROR' && /: (No such file or directory|Invalid argument)$/.test(cause.message));
  return damaged ? new UnreadableJournalError(`${directory}: ${cause.message}`, { cause }) : error;
}

function parsed(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return undefined;
  }
}
