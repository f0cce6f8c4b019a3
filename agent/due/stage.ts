import { byPreference, type Claim, type Preferred, preempts } from './preference.ts';

/** The right to use the station's amplifier, zones and sound card. [P-63] One airing holds it at a time. */
export interface Turn {
  /** Aborts when a preferred airing wants the station. */
  readonly preempted: AbortSignal;
  /** Whether another airing follows at once, so that the amplifier may stay on. */
  successorWaits(): boolean;
  /** Must be called when every relay is open again. */
  release(): void;
}

interface Waiter {
  readonly claim: Claim;
  readonly begin: (turn: Turn) => void;
}

/** Hands the station to the most preferred airing that is ready, and takes it from a less preferred one. */
export class Stage {
  readonly #isInQuestion: (order: string) => boolean;
  #waiting: Waiter[] = [];
  #holder: { readonly claim: Claim; readonly preemption: AbortController } | undefined;
  #stopped = false;
  #preferred: Preferred = [];

  /** `isInQuestion`: whether nobody vouches for an order any more [P-102]; it neither begins nor goes on. */
  constructor(isInQuestion: (order: string) => boolean = () => false) {
    this.#isInQuestion = isInQuestion;
  }

  get onAir(): string | undefined {
    return this.#holder?.claim.key;
  }

  get stopped(): boolean {
    return this.#stopped;
  }

  /** The local stop [P-68]: only emergencies are preferred to it, so all else falls silent and waits. */
  stop(on: boolean): void {
    this.#stopped = on;
    this.look();
  }

  /** What may air has changed: at once for what is on air. */
  look(): void {
    if (this.#holder !== undefined && this.objectionTo(this.#holder.claim) !== undefined)
      this.#holder.preemption.abort();
    this.#settle();
  }

  /** Why an airing may not have the stage now, whoever else wants it. */
  objectionTo({ order, priority }: Claim): 'revoked-key' | 'stopped' | undefined {
    if (this.#isInQuestion(order)) return 'revoked-key';
    return this.#stopped && priority !== 'emergency' ? 'stopped' : undefined;
  }

  /** The commune operator's order between priority orders [P-78]; concerns what waits, and what is on air, at once. */
  prefer(preferred: Preferred): void {
    this.#preferred = preferred;
    this.#settle();
  }

  /** Resolves when it is this airing's turn; with undefined when the signal aborts before. */
  turn(claim: Claim, signal: AbortSignal): Promise<Turn | undefined> {
    if (signal.aborted) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      const withdraw = () => {
        this.#waiting = this.#waiting.filter((waiter) => waiter !== mine);
        resolve(undefined);
      };
      const mine: Waiter = {
        claim,
        begin: (turn) => {
          signal.removeEventListener('abort', withdraw);
          resolve(turn);
        },
      };
      signal.addEventListener('abort', withdraw, { once: true });
      this.#waiting.push(mine);
      this.#settle();
    });
  }

  /** The most preferred of those that wait and may air. */
  #next(): Waiter | undefined {
    let best: Waiter | undefined;
    for (const waiter of this.#waiting) {
      if (this.objectionTo(waiter.claim) !== undefined) continue;
      if (best === undefined || byPreference(waiter.claim, best.claim, this.#preferred) < 0) best = waiter;
    }
    return best;
  }

  #settle(): void {
    const next = this.#next();
    if (next === undefined) return;
    if (this.#holder !== undefined) {
      if (preempts(next.claim, this.#holder.claim, this.#preferred)) this.#holder.preemption.abort();
      return;
    }
    this.#waiting = this.#waiting.filter((waiter) => waiter !== next);
    const holder = { claim: next.claim, preemption: new AbortController() };
    this.#holder = holder;
    next.begin({
      preempted: holder.preemption.signal,
      successorWaits: () => this.#waiting.some(({ claim }) => this.objectionTo(claim) === undefined),
      release: () => {
        if (this.#holder !== holder) return;
        this.#holder = undefined;
        this.#settle();
      },
    });
  }
}
