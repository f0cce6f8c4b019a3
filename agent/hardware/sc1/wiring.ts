import { type FieldProblem, Refusal } from '../../../protocol/refusal.ts';
import type { ZoneWiring } from '../ports.ts';

export const MAX_RELAYS = 16;

/** Which relay switches which zone. */
export class Wiring {
  readonly #relays: ReadonlyMap<string, number>;

  /**
   * Throws a Refusal (`invalid-fields`) unless each zone has a relay of its own: on a shared relay a zone
   * would be heard when only its neighbour was ordered.
   */
  constructor(zones: readonly ZoneWiring[]) {
    const relays = new Map<string, number>();
    const fields: FieldProblem[] = [];
    for (const [at, { zone, relay }] of zones.entries()) {
      const problem = problemOf(zone, relay, relays);
      if (problem !== undefined) fields.push({ path: `zones.${at}`, problem });
      else if (relay !== undefined) relays.set(zone, relay);
    }
    if (fields.length > 0) throw new Refusal('invalid-fields', '', { fields });
    this.#relays = relays;
  }

  /** Every zone with the bit of its relay: bit 0 is relay 1. */
  get bits(): readonly { readonly zone: string; readonly relay: number; readonly bit: number }[] {
    return [...this.#relays].map(([zone, relay]) => ({ zone, relay, bit: 1 << (relay - 1) }));
  }

  /** The mask of these zones; throws a Refusal (`unknown-zone`) for a zone that is not wired. */
  maskOf(zones: readonly string[]): number {
    let mask = 0;
    for (const zone of zones) {
      const relay = this.#relays.get(zone);
      if (relay === undefined) throw new Refusal('unknown-zone', zone);
      mask |= 1 << (relay - 1);
    }
    return mask;
  }
}

function problemOf(zone: string, relay: number | undefined, taken: ReadonlyMap<string, number>): string | undefined {
  if (taken.has(zone)) return `${zone} stands there twice`;
  if (relay === undefined) return `${zone} needs a relay`;
  if (!Number.isInteger(relay) || relay < 1 || relay > MAX_RELAYS) return `${zone}: relay must be 1 to ${MAX_RELAYS}`;
  if ([...taken.values()].includes(relay)) return `${zone}: relay ${relay} already switches another zone`;
  return undefined;
}
