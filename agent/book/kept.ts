import type { Operation } from './storage.ts';

/**
 * What the journal holds while its card cannot be written [P-95]: the entries that must count all the same, in the order
 * in which they came, and the reports that were waiting when the writing failed, for the card may not be read either.
 * The next write that succeeds takes all of it along.
 */
export class Kept {
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
