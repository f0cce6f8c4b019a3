import * as v from 'valibot';
import { validate } from '../../protocol/decode.ts';
import type { Policy } from '../../protocol/policy.ts';
import type { Decoded } from '../../protocol/refusal.ts';
import { msOfSamples } from '../audio/format.ts';
import type { Journal } from '../book/journal.ts';
import type { ZoneConfiguration } from '../configuration/schema.ts';
import type { CentreSettings } from './centre-settings.ts';
import { type Case, type Held, judge, localTime } from './judge.ts';

export interface PoliciesOptions {
  readonly journal: Journal;
  /** From the station's own file. */
  readonly own: Policy | undefined;
  readonly centre: Pick<CentreSettings, 'standing'>;
  readonly zones: readonly Pick<ZoneConfiguration, 'id' | 'tags'>[];
}

const KEPT_MS = 48 * 60 * 60_000;
const FACT = 'airtime';
/** Pairs of an end, in milliseconds since 1970, and a length in milliseconds. */
const airtimeSchema = v.array(v.tuple([v.number(), v.number()]));
type Airtime = v.InferOutput<typeof airtimeSchema>;

/** The policies in force at this station [P-77], and the airtime that they count. */
export class Policies {
  readonly #options: PoliciesOptions;

  constructor(options: PoliciesOptions) {
    this.#options = options;
  }

  /** Whether an airing in these zones may begin now, and how loud at the most. */
  judge(airing: Omit<Case, 'airedMs' | 'names'> & { readonly zones: readonly string[] }): Decoded<number> {
    const names = this.#options.zones.flatMap(({ id, tags }) => (airing.zones.includes(id) ? [id, ...tags] : []));
    const airedMs = (date: string, timeZone: string) => this.#airedMs(date, timeZone);
    return judge(this.#held(), { ...airing, names, airedMs });
  }

  /**
   * Counts what was heard, also while no policy limits it: one that is set later in the day counts the whole day. It
   * survives a restart, so that a power cut gives no new quota.
   */
  async noteAirtime(at: number, lengthMs: number): Promise<void> {
    if (lengthMs <= 0) return;
    const { journal } = this.#options;
    await journal.commit(() => {
      const kept = this.#airtime().filter(([end]) => end > at - KEPT_MS);
      return { facts: { [FACT]: JSON.stringify([...kept, [at, Math.round(lengthMs)]]) } };
    });
  }

  /** Counts what was heard of an airing that a sudden death cut short; to be called before the book is resumed. */
  async noteCutShort(): Promise<void> {
    const { journal } = this.#options;
    for (const { order, state, at, since = 0, samples = 0 } of journal.airings.values()) {
      const counts = journal.orders.get(order.id)?.order.priority !== 'emergency';
      if (state !== 'airing' || at === undefined || !counts) continue;
      const lengthMs = msOfSamples(samples - since);
      await this.noteAirtime(Date.parse(at) + lengthMs, lengthMs);
    }
  }

  #held(): readonly Held[] {
    const { own, centre } = this.#options;
    const { all, station } = centre.standing?.policies ?? {};
    return [
      ...(own === undefined ? [] : [{ by: 'station' as const, policy: own }]),
      ...[all, station].flatMap((policy) => (policy === undefined ? [] : [{ by: 'centre' as const, policy }])),
    ];
  }

  #airedMs(date: string, timeZone: string): number {
    return this.#airtime()
      .filter(([end]) => localTime(end, timeZone).date === date)
      .reduce((sum, [, lengthMs]) => sum + lengthMs, 0);
  }

  #airtime(): Airtime {
    const stored = validate(airtimeSchema, JSON.parse(this.#options.journal.facts.get(FACT) ?? '[]'));
    return stored.ok ? stored.value : [];
  }
}
