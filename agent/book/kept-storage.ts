import { type Operation, put, Storage, type StorageOptions } from './storage.ts';

/**
 * What the journal holds while its card cannot be written [P-95]: the entries that must count all the same, in the order
 * in which they came, and the reports that were waiting when the writing failed, for the card may not be read either.
 * The next write that succeeds takes all of it along.
 */
class Kept {
  readonly #operations = new Map<string, Operation>();

  /** The latest about a key is what counts, so this is bounded by what the journal holds. */
  add(operations: readonly Operation[]): void {
    for (const operation of operations) {
      this.#operations.delete(operation.key);
      this.#operations.set(operation.key, operation);
    }
  }

  get operations(): readonly Operation[] {
    return [...this.#operations.values()];
  }

  /** Values under the keys between `above` and `below`, in the order of the keys, at most `limit`. */
  between(above: string, below: string, limit: number): readonly (readonly [string, unknown])[] {
    return [...this.#operations.values()]
      .flatMap((operation) =>
        operation.type === 'put' && operation.key > above && operation.key < below
          ? [[operation.key, operation.value] as const]
          : [],
      )
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .slice(0, limit);
  }
}

/** A storage that goes on in memory with what is kept, from a write that failed until one succeeds. */
export class KeptStorage {
  readonly #storage: Storage;
  readonly #rescued: { readonly above: string; readonly below: string };
  #kept: Kept | undefined;

  private constructor(storage: Storage, rescued: { readonly above: string; readonly below: string }) {
    this.#storage = storage;
    this.#rescued = rescued;
  }

  /** `rescued` are the keys whose values are read into memory while that can still be done. Throws as Storage does. */
  static async open(options: StorageOptions, rescued: { above: string; below: string }): Promise<KeptStorage> {
    const storage = await Storage.open(options, () => kept.#rescue());
    const kept: KeptStorage = new KeptStorage(storage, rescued);
    return kept;
  }

  /** Whether the last write failed, and what is kept goes on in memory. */
  get keeps(): boolean {
    return this.#kept !== undefined;
  }

  /** Tells after every write whether it failed: with the error, or with undefined. */
  onFailure(listener: (failure: unknown) => void): void {
    this.#storage.onFailure(listener);
  }

  iterate(): AsyncIterable<readonly [string, unknown]> {
    return this.#storage.iterate();
  }

  /** Values under the keys between `above` and `below`, in the order of the keys, at most `limit`. */
  between(
    above: string,
    below: string,
    limit: number,
  ): Iterable<readonly [string, unknown]> | ReturnType<Storage['iterate']> {
    return this.#kept?.between(above, below, limit) ?? this.#storage.iterate({ gt: above, lt: below, limit });
  }

  /** Together with what an earlier failure has left to be written. */
  async write(operations: readonly Operation[]): Promise<void> {
    await this.#storage.write([...(this.#kept?.operations ?? []), ...operations]);
    this.#kept = undefined;
  }

  /** On the disk some time; where the card has failed, the next write that succeeds takes it along. */
  async writeLater(operations: Operation[]): Promise<void> {
    this.#kept?.add(operations);
    await this.#storage.writeLater(operations).catch((error: unknown) => {
      if (this.#kept === undefined) throw error;
      this.#kept.add(operations);
    });
  }

  /** Goes on in memory; nothing is kept unless a write has failed. */
  keep(operations: readonly Operation[]): void {
    this.#kept?.add(operations);
  }

  close(): Promise<void> {
    return this.#storage.close();
  }

  async #rescue(): Promise<void> {
    if (this.#kept !== undefined) return;
    const { above, below } = this.#rescued;
    const waiting: Operation[] = [];
    for await (const [key, value] of this.#storage.iterate({ gt: above, lt: below })) waiting.push(put(key, value));
    this.#kept = new Kept();
    this.#kept.add(waiting);
  }
}
