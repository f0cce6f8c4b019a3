/** What can be listened to; the function returned stops that. */
export type Listen<T> = (listener: (event: T) => void) => () => void;

/**
 * The first event to come that fits. Nothing polls meanwhile: what is measured runs on the same two cores. Rejects when
 * none came within the deadline; the caller must hear of that, so await it or hand it over.
 */
export function first<T>(what: string, listen: Listen<T>, fits: (event: T) => boolean, withinMs = 20_000): Promise<T> {
  return new Promise((resolve, reject) => {
    const finish = (act: () => void): void => {
      clearTimeout(deadline);
      stop();
      act();
    };
    const deadline = setTimeout(
      () => finish(() => reject(new Error(`waited ${withinMs} ms in vain for ${what}`))),
      withinMs,
    );
    const stop = listen((event) => {
      if (fits(event)) finish(() => resolve(event));
    });
  });
}
