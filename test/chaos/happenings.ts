/** Lets one wait for the next time that something happens. */
export class Happenings<Step extends string> {
  readonly #waiting = new Map<Step, Set<() => void>>();

  tell(step: Step): void {
    const waiting = this.#waiting.get(step);
    this.#waiting.delete(step);
    // At once and not in a later turn: what is killed at this step must not get past it.
    for (const resume of waiting ?? []) resume();
  }

  /** Calls back at the next such step, at the latest after `withinMs` or when the signal aborts; says whether it was seen. */
  next(step: Step, withinMs: number, signal: AbortSignal, then: (seen: boolean) => void): void {
    if (signal.aborted) {
      then(false);
      return;
    }
    const settle = (seen: boolean): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', giveUp);
      this.#waiting.get(step)?.delete(happened);
      then(seen);
    };
    const happened = (): void => settle(true);
    const giveUp = (): void => settle(false);
    const timer = setTimeout(giveUp, withinMs);
    signal.addEventListener('abort', giveUp, { once: true });
    const waiting = this.#waiting.get(step) ?? new Set();
    this.#waiting.set(step, waiting.add(happened));
  }
}
