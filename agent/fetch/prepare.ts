import type { AudioVariant, Order } from '../../protocol/order.ts';
import { Refusal } from '../../protocol/refusal.ts';
import type { BookedAiring } from '../book/book.ts';
import type { Track } from './cache.ts';
import { type Obtaining, obtain } from './obtain.ts';

declare const ready: unique symbol;

/** A booked airing whose every recording is here and playable. Only `Preparation` makes one. */
export interface ReadyAiring extends BookedAiring {
  readonly [ready]: true;
  readonly tracks: readonly Track[];
  /** Lets the cache give the recordings up. */
  release(): void;
}

export interface PreparationOptions extends Obtaining {
  /** The station's languages, the preferred first. */
  readonly languages: readonly string[];
}

const AT_ONCE = 2;

/**
 * Fetches what airings need: at most two at a time, but an emergency waits for nobody, and one recording is fetched
 * once however many airings want it.
 */
export class Preparation {
  readonly #options: PreparationOptions;
  readonly #underWay = new Map<string, Promise<Track>>();
  readonly #queue: (() => void)[] = [];
  #running = 0;

  constructor(options: PreparationOptions) {
    this.#options = options;
  }

  /** Rejects with a Refusal: what was wrong when `late` aborts; `stopped` when `signal` does. */
  async prepare(airing: BookedAiring, late: AbortSignal, signal: AbortSignal): Promise<ReadyAiring> {
    const variants = chooseVariants(airing.order, this.#options.languages);
    const releases = variants.map((variant) => this.#options.cache.need(variant.sha256));
    const release = () => {
      for (const each of releases) each();
    };
    try {
      const urgent = airing.order.priority === 'emergency';
      const tracks = await Promise.all(
        variants.map((variant) => this.#shared(variant, () => this.#obtain(variant, urgent, late, signal))),
      );
      return { ...airing, tracks, release } as unknown as ReadyAiring;
    } catch (error) {
      release();
      throw error;
    }
  }

  #shared(variant: AudioVariant, start: () => Promise<Track>): Promise<Track> {
    const running = this.#underWay.get(variant.sha256);
    // Whoever started it may give up before us; then we start it ourselves.
    if (running !== undefined) return running.catch(() => this.#shared(variant, start));
    const started = start().finally(() => this.#underWay.delete(variant.sha256));
    this.#underWay.set(variant.sha256, started);
    return started;
  }

  async #obtain(variant: AudioVariant, urgent: boolean, late: AbortSignal, signal: AbortSignal): Promise<Track> {
    const cached = await this.#options.cache.find(variant.sha256);
    if (cached !== undefined) return cached;
    if (!urgent && this.#running >= AT_ONCE) await new Promise<void>((resolve) => this.#queue.push(resolve));
    this.#running += 1;
    try {
      return await obtain(variant, this.#options, late, signal);
    } finally {
      this.#running -= 1;
      this.#queue.shift()?.();
    }
  }
}

/** One variant of every item: in the first of our languages that it speaks, or else its first. */
function chooseVariants({ programme }: Order, languages: readonly string[]): readonly AudioVariant[] {
  return programme.map((item) => {
    if (item.type !== 'audio') throw new Refusal('unsupported-programme', item.type);
    const spoken = languages.flatMap((language) => item.variants.filter((variant) => variant.language === language));
    const chosen = spoken[0] ?? item.variants[0];
    if (chosen === undefined) throw new Refusal('unsupported-programme', 'no variant');
    return chosen;
  });
}
