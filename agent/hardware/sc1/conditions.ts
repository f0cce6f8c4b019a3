import type { HardwareEvent } from '../ports.ts';

const NAMED: readonly string[] = ['OVERTEMP', 'OVERRIDE', 'TAMPER'];

/**
 * What stands at the controller (a fault, heat, an open door). Events tell it at once but may get lost; STAT tells
 * it again. Both come through here, so that each change is said once.
 */
export class Conditions {
  readonly #standing = new Set<string>();

  set(name: string, on: boolean): readonly HardwareEvent[] {
    if (this.#standing.has(name) === on) return [];
    if (on) this.#standing.add(name);
    else this.#standing.delete(name);
    switch (name) {
      case 'OVERTEMP':
        return [{ type: 'over-temperature', on }];
      case 'OVERRIDE':
        return [{ type: 'override', on }];
      case 'TAMPER':
        return [{ type: 'tamper', on }];
      default:
        return [this.#fault()];
    }
  }

  /** Everything that stands now. */
  replace(now: ReadonlySet<string>): readonly HardwareEvent[] {
    const ended = [...this.#standing].filter((name) => !now.has(name));
    return [...ended.flatMap((name) => this.set(name, false)), ...[...now].flatMap((name) => this.set(name, true))];
  }

  /** What has no word of its own is a fault; several may stand at once. */
  #fault(): HardwareEvent {
    const faults = [...this.#standing].filter((name) => !NAMED.includes(name));
    return { type: 'fault', on: faults.length > 0, detail: faults.sort().join(', ') };
  }
}
