/** Time as the agent needs it; tests hand in their own and control it. */
export interface Clock {
  /** Wall clock, milliseconds since 1970. Only for instants. */
  now(): number;
  /** Milliseconds that never jump. For every interval. */
  monotonic(): number;
  /** Calls back once after `ms`; the function returned cancels that. */
  after(ms: number, callback: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after: (ms, callback) => {
    // Node fires at once, with a warning, what is longer than 2^31-1 ms: callers re-arm.
    const timer = setTimeout(callback, Math.min(Math.max(ms, 0), 0x7fff_ffff));
    return () => clearTimeout(timer);
  },
};

/** Resolves after `ms`, or at once when the signal aborts; never rejects. */
export function sleep(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      cancel();
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const cancel = clock.after(ms, done);
    signal?.addEventListener('abort', done, { once: true });
  });
}

/**
 * Rejects with `late()` when the promise has not settled within `ms`. The work itself goes on: whoever started it
 * must be able to end it.
 */
export async function withDeadline<T>(clock: Clock, ms: number, work: Promise<T>, late: () => Error): Promise<T> {
  let cancel = () => {};
  const deadline = new Promise<never>((_, reject) => {
    cancel = clock.after(ms, () => reject(late()));
  });
  try {
    return await Promise.race([work, deadline]);
  } finally {
    cancel();
  }
}
