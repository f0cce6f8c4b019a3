import type { Loudspeaker, OutputState } from '../ports.ts';
import type { Cause, Timeline } from './timeline.ts';

export type Contact = 'open' | 'closed';

/**
 * Relays, contacts and the amplifier: what is commanded, what really is (a stuck relay), and what the sensing says
 * (a lying contact). Every change of what really is goes to the loudspeaker and into the timeline, at once.
 */
export class Board {
  readonly relays: number;
  readonly #loudspeaker: Loudspeaker;
  readonly #timeline: Timeline;
  readonly #stuck = new Map<number, Contact>();
  readonly #lying = new Map<number, Contact>();
  #commanded = 0;
  #amplifierOn = false;
  #amplifierFault = false;
  #muted = true;
  #level = 100;
  #output: OutputState | undefined;

  constructor(options: { readonly relays: number; readonly loudspeaker: Loudspeaker; readonly timeline: Timeline }) {
    this.relays = options.relays;
    this.#loudspeaker = options.loudspeaker;
    this.#timeline = options.timeline;
    this.#settle('boot');
  }

  /** Bit 0 is relay 1. */
  get commanded(): number {
    return this.#commanded;
  }

  /** What the contact sensing says. */
  get sensed(): number {
    return this.#mask((relay) => (this.#lying.get(relay) ?? this.#contact(relay)) === 'closed');
  }

  get output(): OutputState {
    return {
      closed: this.#numbers.map((relay) => this.#contact(relay) === 'closed'),
      amplifierOn: this.#amplifierOn,
      muted: this.#muted,
      level: this.#level,
    };
  }

  get amplifierFault(): boolean {
    return this.#amplifierFault;
  }

  /** Closes the relays of the mask and opens all others. */
  switchRelays(mask: number, cause: Cause): void {
    this.#commanded = mask;
    this.#settle(cause);
  }

  /** False when the amplifier has a fault and stays off. */
  power(on: boolean, cause: Cause): boolean {
    if (on && this.#amplifierFault) return false;
    this.#amplifierOn = on;
    this.#settle(cause);
    return true;
  }

  mute(on: boolean, cause: Cause): void {
    this.#muted = on;
    this.#settle(cause);
  }

  gain(percent: number, cause: Cause): void {
    this.#level = percent;
    this.#settle(cause);
  }

  /** What holds at power-on: relays open, amplifier off, muted. A stuck relay stays what it is. */
  reset(): void {
    this.#commanded = 0;
    this.#amplifierOn = false;
    this.#muted = true;
    this.#level = 100;
    this.#settle('boot');
  }

  stick(relay: number, contact: Contact | undefined): void {
    this.#set(this.#stuck, relay, contact);
    this.#settle('fault');
  }

  lie(relay: number, contact: Contact | undefined): void {
    this.#set(this.#lying, relay, contact);
  }

  /** The amplifier protects itself: it goes off and cannot be switched on until the fault is gone. */
  breakAmplifier(on: boolean): void {
    this.#amplifierFault = on;
    if (on) this.power(false, 'fault');
  }

  get #numbers(): number[] {
    return Array.from({ length: this.relays }, (_, at) => at + 1);
  }

  #contact(relay: number): Contact {
    return this.#stuck.get(relay) ?? (this.#commanded & (1 << (relay - 1)) ? 'closed' : 'open');
  }

  #mask(chosen: (relay: number) => boolean): number {
    return this.#numbers.filter(chosen).reduce((mask, relay) => mask | (1 << (relay - 1)), 0);
  }

  #set(faults: Map<number, Contact>, relay: number, contact: Contact | undefined): void {
    if (!this.#numbers.includes(relay)) throw new RangeError(`there is no relay ${relay}, only 1 to ${this.relays}`);
    if (contact === undefined) faults.delete(relay);
    else faults.set(relay, contact);
  }

  #settle(cause: Cause): void {
    const before = this.#output;
    const now = this.output;
    const moved = now.closed.flatMap((closed, at) => (closed === (before?.closed[at] ?? false) ? [] : [at + 1]));
    for (const relay of moved) this.#timeline.add({ what: 'relay', relay, closed: !!now.closed[relay - 1] }, cause);
    if (now.amplifierOn !== (before?.amplifierOn ?? false)) {
      this.#timeline.add({ what: 'amplifier', on: now.amplifierOn }, cause);
    }
    if (now.muted !== (before?.muted ?? true)) this.#timeline.add({ what: 'mute', on: now.muted }, cause);
    if (now.level !== (before?.level ?? 100)) this.#timeline.add({ what: 'level', percent: now.level }, cause);
    if (JSON.stringify(now) === JSON.stringify(before)) return;
    this.#output = now;
    this.#loudspeaker.change(now, cause);
  }
}
