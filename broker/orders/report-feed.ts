/** Wakes those who watch an order when the ledger has something new about it. It carries no data: readers ask the ledger. */
export class ReportFeed {
  readonly #watchers = new Map<string, Set<() => void>>();

  /** The centre calls this after each commit. */
  announce(orders: Iterable<string>): void {
    for (const id of orders) for (const wake of this.#watchers.get(id) ?? []) wake();
  }

  /** `next(ms)` resolves at the next change, or after `ms`; `end` when nobody watches any more. */
  changesOf(id: string): { next: (ms: number) => Promise<void>; end: () => void } {
    let wakeWaiting = (): void => {};
    const wake = (): void => wakeWaiting();
    const watchers = this.#watchers.get(id) ?? new Set();
    watchers.add(wake);
    this.#watchers.set(id, watchers);
    return {
      next: (ms) =>
        new Promise((resolve) => {
          const timer = setTimeout(resolve, ms);
          wakeWaiting = () => {
            clearTimeout(timer);
            resolve();
          };
        }),
      end: () => {
        wakeWaiting();
        watchers.delete(wake);
        if (watchers.size === 0) this.#watchers.delete(id);
      },
    };
  }
}
