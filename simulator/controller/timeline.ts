/** Why the output changed: `lease` is the dead-man, `fault` is what a test or a person broke. */
export type Cause = 'command' | 'lease' | 'boot' | 'fault';

export type Change =
  /** The real contact, not what was commanded; relays count from 1. */
  | { readonly what: 'relay'; readonly relay: number; readonly closed: boolean }
  | { readonly what: 'amplifier'; readonly on: boolean }
  | { readonly what: 'mute'; readonly on: boolean }
  | { readonly what: 'level'; readonly percent: number }
  | { readonly what: 'boot'; readonly boot: string };

export type TimelineEntry = Change & {
  /** `performance.now()` of this process, in milliseconds. */
  readonly monotonicMs: number;
  readonly wallMs: number;
  readonly cause: Cause;
};

/** Days of simulation must not fill the memory; what is older than this many changes is forgotten. */
const MOST_ENTRIES = 10_000;

/** Everything that ever changed at a controller's output, in order. */
export class Timeline {
  readonly #entries: TimelineEntry[] = [];

  get entries(): readonly TimelineEntry[] {
    return [...this.#entries];
  }

  add(change: Change, cause: Cause): void {
    this.#entries.push({ ...change, monotonicMs: performance.now(), wallMs: Date.now(), cause });
    if (this.#entries.length > MOST_ENTRIES) this.#entries.shift();
  }
}
