import { randomBytes } from 'node:crypto';
import { open, rm, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { exists, syncDirectory } from '../card/durable.ts';
import type { Log } from '../log.ts';

/**
 * LevelDB gathers up to 4 MiB in its log before it makes a table of it, and after a write that failed it is opened anew,
 * which makes that table before the log is deleted. With less room than this the journal may not come back.
 */
const HARDLY_ANY = 4 * 1_048_576;
/** That, and as much again for what is written then: some thousand entries of about 1 kB. */
const RESERVE_BYTES = 2 * HARDLY_ANY;
/** So much is free before it is made, so that it never fills the card itself. */
const ROOM_TO_MAKE_IT = 2 * RESERVE_BYTES;
/** Synced bit by bit: one long sync would hold up the journal's own, on a card for a second. */
const AT_ONCE = 262_144;

const NO_ROOM =
  'the card is full: the room kept for the journal is in use. Remove what is not needed from the card until ' +
  `${ROOM_TO_MAKE_IT / 1_048_576} MB are free, or put in a larger one`;

export interface ReserveOptions {
  /** The state directory. */
  readonly directory: string;
  readonly log: Log;
}

/**
 * Room that is kept for the journal: a file that takes it from everybody else, and is deleted when the journal lacks
 * room and nothing else gives way.
 */
export class Reserve {
  readonly #options: ReserveOptions;
  readonly #file: string;
  readonly #listeners = new Set<(lacking: string | undefined) => void>();
  #tail: Promise<unknown> = Promise.resolve();
  /** What is being made is wanted no more. */
  #interrupted = false;
  #closed = false;

  private constructor(options: ReserveOptions) {
    this.#options = options;
    this.#file = join(options.directory, 'reserve');
  }

  /** Before the journal is opened, which may take room. Does not make it yet: a start waits for nothing it need not. */
  static async open(options: ReserveOptions): Promise<Reserve> {
    const reserve = new Reserve(options);
    await reserve.yield();
    return reserve;
  }

  /** Tells, after each look and when it is given up, why it is lacking; undefined when it is there. */
  onLook(listener: (lacking: string | undefined) => void): void {
    this.#listeners.add(listener);
  }

  /** Makes it if it is lacking and there is ample room. Never rejects. */
  look(): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#closed) return;
      const lacking = await this.#lacking();
      if (!this.#closed) this.#tell(lacking);
    });
  }

  /** Gives it up if there is hardly any room. Never rejects: what fails then is the journal's next write. */
  yield(): Promise<void> {
    this.#interrupted = true;
    return this.#inTurn(async () => {
      this.#interrupted = false;
      const { log, directory } = this.#options;
      try {
        if ((await roomIn(directory)) >= HARDLY_ANY || !(await exists(this.#file))) return;
        await rm(this.#file);
        // A journalling file system hands out what was freed only once it has noted that it is.
        await syncDirectory(directory);
        log('error', 'reserve-given-up', {});
        this.#tell(NO_ROOM);
      } catch (error) {
        log('error', 'reserve-failed', { error });
      }
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#interrupted = true;
    await this.#tail;
  }

  async #lacking(): Promise<string | undefined> {
    try {
      const size = await stat(this.#file).then(
        ({ size }) => size,
        () => 0,
      );
      if (size === RESERVE_BYTES) return undefined;
      // What an earlier start did not finish counts as free.
      if ((await roomIn(this.#options.directory)) + size < ROOM_TO_MAKE_IT) return NO_ROOM;
      return (await this.#make()) ? undefined : NO_ROOM;
    } catch (error) {
      this.#options.log('error', 'reserve-failed', { error });
      const why = error instanceof Error ? error.message : String(error);
      return `no room can be kept for the journal: ${why}. Check the card, or put in another`;
    }
  }

  /** False when it was interrupted. */
  async #make(): Promise<boolean> {
    const file = await open(this.#file, 'w', 0o600);
    let whole = false;
    try {
      // Noise, which no file system stores in less room than it has bytes.
      const noise = randomBytes(AT_ONCE);
      for (let at = 0; at < RESERVE_BYTES && !this.#interrupted; at += AT_ONCE) {
        await file.appendFile(noise);
        await file.datasync();
      }
      whole = !this.#interrupted;
    } finally {
      await file.close();
      if (!whole) await rm(this.#file, { force: true });
    }
    return whole;
  }

  #tell(lacking: string | undefined): void {
    for (const listener of this.#listeners) listener(lacking);
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const result = this.#tail.then(work);
    this.#tail = result;
    return result;
  }
}

async function roomIn(directory: string): Promise<number> {
  const { bavail, bsize } = await statfs(directory);
  return bavail * bsize;
}
