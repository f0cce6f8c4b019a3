import type { Log } from '../log.ts';
import type { HardwareEvent } from './ports.ts';

/** Those who hear a driver's events. A listener's own mistake is logged and harms nobody else. */
export class Listeners {
  readonly #listeners = new Set<(event: HardwareEvent) => void>();
  readonly #log: Log;

  constructor(log: Log) {
    this.#log = log;
  }

  add(listener: (event: HardwareEvent) => void): () => void {
    // Wrapped, so that one function added twice is two listeners.
    const own = (event: HardwareEvent): void => listener(event);
    this.#listeners.add(own);
    return () => void this.#listeners.delete(own);
  }

  tell(event: HardwareEvent): void {
    for (const listener of [...this.#listeners]) {
      try {
        listener(event);
      } catch (error) {
        this.#log('error', 'hardware-listener-failed', { event: event.type, error });
      }
    }
  }
}
