import type { AudioVariant, Order } from '../../protocol/order.ts';
import { Refusal } from '../../protocol/refusal.ts';
import type { BookedAiring } from '../book/booking.ts';
import type { Track } from './cache.ts';
import { type Obtaining, obtain } from './obtain.ts';
import { Slots } from './slots.ts';

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

interface UnderWay {
  readonly track: Promise<Track>;
  urgent: boolean;
}

/**
 * Fetches what airings need: at most two downloads at a time, but an emergency waits for nobody, nor does anybody wait
 * for a server that is being given a rest; and one recording is fetched once however many airings want it.
 */
export class Preparation {
  readonly #options: PreparationOptions;
  readonly #underWay = new Map<string, UnderWay>();
  readonly #slots = new Slots(AT_ONCE);
  readonly #prepared = new Map<string, BookedAiring>();

  constructor(options: PreparationOptions) {
    this.#options = options;
  }

  /** The airings that are ready and not over yet, by their keys. */
  get prepared(): ReadonlyMap<string, BookedAiring> {
    return this.#prepared;
  }

  /** Rejects with a Refusal: what was wrong when `late` aborts; `stopped` when `signal` does. */
  async prepare(airing: BookedAiring, late: AbortSignal, signal: AbortSignal): Promise<ReadyAiring> {
    const variants = chooseVariants(airing.order, this.#options.languages);
    const releases = variants.map((variant) => this.#options.cache.need(variant.sha256));
    const release = () => {
      this.#prepared.delete(airing.key);
      for (const each of releases) each();
    };
    try {
      const urgent = airing.order.priority === 'emergency';
      const tracks = await Promise.all(variants.map((variant) => this.#track(variant, urgent, late, signal)));
      this.#prepared.set(airing.key, airing);
      return { ...airing, tracks, release } as unknown as ReadyAiring;
    } catch (error) {
      release();
      throw error;
    }
  }

  async #track(variant: AudioVariant, urgent: boolean, late: AbortSignal, signal: AbortSignal): Promise<Track> {
    const enough = AbortSignal.any([late, signal]);
    for (;;) {
      const running = this.#underWay.get(variant.sha256);
      if (running === undefined) return this.#start(variant, urgent, late, signal);
      if (urgent) {
        running.urgent = true;
        this.#slots.look();
      }
      const track = await settled(running.track, enough);
      if (track !== undefined) return track;
      if (signal.aborted) throw new Refusal('stopped');
      if (late.aborted) throw new Refusal('audio-too-slow', 'it was still being fetched');
      // Whoever started it has given up before us; now it is ours to fetch.
    }
  }

  #start(variant: AudioVariant, urgent: boolean, late: AbortSignal, signal: AbortSignal): Promise<Track> {
    const underWay = { urgent };
    const inTurn = <T>(work: () => Promise<T>, enough: AbortSignal) =>
      this.#slots.during(work, () => underWay.urgent, enough);
    const track = obtain(variant, this.#options, late, signal, inTurn).finally(() =>
      this.#underWay.delete(variant.sha256),
    );
    this.#underWay.set(variant.sha256, Object.assign(underWay, { track }));
    return track;
  }
}

/** What the work gives; undefined when it fails, or when the signal aborts first. */
function settled<T>(work: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  if (signal.aborted) return Promise.resolve(undefined);
  return new Promise((resolve) => {
    const giveUp = () => resolve(undefined);
    signal.addEventListener('abort', giveUp, { once: true });
    work.then(resolve, giveUp).finally(() => signal.removeEventListener('abort', giveUp));
  });
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
