import { setTimeout as delay } from 'node:timers/promises';

/**
 * Waits for a condition, looking often; rejects with what was being waited for when it does not come about. The bound
 * is only there so that a broken test ends.
 */
export async function until<T>(
  what: string,
  look: () => Promise<T | undefined | false> | T | undefined | false,
  withinMs = 120_000,
): Promise<T> {
  const end = performance.now() + withinMs;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (performance.now() > end) throw new Error(`waited in vain for ${what}`);
    await delay(10);
  }
}
