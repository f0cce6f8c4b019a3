import type { HardwareEvent, ZoneReading } from '../ports.ts';

/**
 * Relays whose sensed contact is not as commanded, by zone with the state they are stuck in. One that agrees by chance
 * (stuck open, and commanded open) is not repaired by that: it must be seen in the other state.
 */
export class Contacts {
  readonly #stuckClosed = new Map<string, boolean>();

  /** Takes a reading of all zones; an event when what stands has changed. */
  read(readings: readonly ZoneReading[]): readonly HardwareEvent[] {
    const before = this.#detail;
    for (const { zone, commanded, sensed } of readings) {
      if (sensed === undefined) continue;
      if (sensed !== commanded) this.#stuckClosed.set(zone, sensed);
      else if (this.#stuckClosed.get(zone) === !sensed) this.#stuckClosed.delete(zone);
    }
    const detail = this.#detail;
    return detail === before ? [] : [{ type: 'relay', on: detail !== '', detail }];
  }

  get #detail(): string {
    const stuck = [...this.#stuckClosed].map(([zone, closed]) => `${zone} is ${closed ? 'closed' : 'open'}`);
    return stuck.sort().join(', ');
  }
}
