import type { Clock } from '../../../agent/clock/clock.ts';
import { Listeners } from '../../../agent/hardware/listeners.ts';
import type {
  Amplifier,
  Hardware,
  HardwareEvent,
  HardwareTraits,
  Readings,
  Zones,
} from '../../../agent/hardware/ports.ts';
import { silentLog } from '../../../agent/log.ts';
import { Refusal } from '../../../protocol/refusal.ts';

/** A controller by a clock that tests control, with a lease; it can be out of reach. */
export class PuppetController implements Hardware {
  readonly traits: HardwareTraits = { driver: 'puppet', readback: 'contact', deadman: true, senses: ['output'] };
  readonly zones: Zones;
  readonly amplifier: Amplifier;
  readonly #clock: Clock;
  readonly #listeners = new Listeners(silentLog);
  readonly #all: readonly string[];
  #held: readonly string[] = [];
  #leaseEnds = 0;
  #reachable = true;

  /** `onHold` hears whenever relays close. */
  constructor(clock: Clock, all: readonly string[], onHold: (zones: readonly string[]) => void) {
    this.#clock = clock;
    this.#all = all;
    const reach = async () => {
      if (!this.#reachable) throw new Refusal('controller-unreachable', 'a test says so');
    };
    const lease = (ms: number) => {
      this.#leaseEnds = clock.monotonic() + ms;
    };
    this.zones = {
      hold: async (zones, leaseMs) => {
        await reach();
        onHold(zones);
        this.#held = zones;
        lease(leaseMs);
      },
      keep: async (leaseMs) => {
        await reach();
        if (this.closed.length === 0) throw new Refusal('lease-lost');
        lease(leaseMs);
      },
      release: async () => {
        await reach();
        this.#held = [];
      },
      readBack: async () => {
        await reach();
        return this.#all.map((zone) => ({
          zone,
          commanded: this.#held.includes(zone),
          sensed: this.closed.includes(zone),
        }));
      },
    };
    this.amplifier = {
      power: reach,
      mute: reach,
      level: reach,
      sense: async () => ({ rmsDb: -12, peakDb: -3 }),
    };
  }

  /** Zones whose relays are closed now. */
  get closed(): readonly string[] {
    return this.#clock.monotonic() < this.#leaseEnds ? this.#held : [];
  }

  get reachable(): boolean {
    return this.#reachable;
  }

  set reachable(is: boolean) {
    if (is === this.#reachable) return;
    this.#reachable = is;
    if (is) this.#held = [];
    this.#tell(
      is ? { type: 'up' } : { type: 'down', refusal: new Refusal('controller-unreachable', 'a test says so') },
    );
  }

  open(): void {}

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

  #tell(event: HardwareEvent): void {
    this.#listeners.tell(event);
  }
}
