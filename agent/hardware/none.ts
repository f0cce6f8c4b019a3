import { Refusal } from '../../protocol/refusal.ts';
import type { Log } from '../log.ts';
import { Listeners } from './listeners.ts';
import type { Amplifier, Hardware, HardwareEvent, HardwareTraits, Readings, Zones, ZoneWiring } from './ports.ts';

/**
 * A station whose amplifier is switched by hand or stays on: audio only. Everything succeeds, nothing is switched,
 * and nothing is claimed: there is no read-back and no level. Only a zone that does not exist is refused.
 */
export class NoHardware implements Hardware {
  readonly traits: HardwareTraits = { driver: 'none', readback: 'none', deadman: false, senses: [] };
  readonly zones: Zones;
  readonly amplifier: Amplifier = {
    power: async () => {},
    mute: async () => {},
    level: async () => {},
    sense: async () => undefined,
  };
  readonly #listeners: Listeners;
  #opened = false;

  constructor({ zones, log }: { readonly zones: readonly ZoneWiring[]; readonly log: Log }) {
    const names = new Set(zones.map(({ zone }) => zone));
    this.#listeners = new Listeners(log);
    this.zones = {
      hold: async (wanted) => {
        const unknown = wanted.find((zone) => !names.has(zone));
        if (unknown !== undefined) throw new Refusal('unknown-zone', unknown);
      },
      keep: async () => {},
      release: async () => {},
      readBack: async () => [],
    };
  }

  /** Says `up` at once, like every driver that is ready. */
  open(): void {
    if (this.#opened) return;
    this.#opened = true;
    queueMicrotask(() => this.#listeners.tell({ type: 'up' }));
  }

  listen(listener: (event: HardwareEvent) => void): () => void {
    return this.#listeners.add(listener);
  }

  async readings(): Promise<Readings> {
    return { zones: [] };
  }

  lineHealth(): undefined {
    return undefined;
  }

  async close(): Promise<void> {}
}
