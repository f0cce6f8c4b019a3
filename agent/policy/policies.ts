import * as v from 'valibot';
import { validate } from '../../protocol/decode.ts';
import type { Policy } from '../../protocol/policy.ts';
import type { Decoded } from '../../protocol/refusal.ts';
import type { Journal } from '../book/journal.ts';
import { type Case, judge, localTime } from './judge.ts';

export interface PoliciesOptions {
  readonly journal: Journal;
  /** From the station's own file. */
  readonly own: Policy | undefined;
}

const KEPT_MS = 48 * 60 * 60_000;
const FACT = 'airtime';
/** Pairs of an end, in milliseconds since 1970, and a length in milliseconds. */
const airtimeSchema = v.array(v.tuple([v.number(), v.number()]));
type Airtime = v.InferOutput<typeof airtimeSchema>;

/** The policies in force at this station, and the airtime that they count. */
export class Policies {
  readonly #options: PoliciesOptions;

  constructor(options: PoliciesOptions) {
    this.#options = options;
  }

  /** Whether an airing may begin now, and how loud at the most. */
  judge(airing: Omit<Case, 'airedMs'>): Decoded<number> {
    const { own } = this.#options;
    const policies = own === undefined ? [] : [own];
    return judge(policies, { ...airing, airedMs: (date, timeZone) => this.#airedMs(date, timeZone) });
  }

  /** Counts what was heard; survives a restart, so that a power cut gives no new quota. */
  async noteAirtime(at: number, lengthMs: number): Promise<void> {
    if (this.#options.own?.dailyMinutes === undefined || lengthMs <= 0) return;
    const { journal } = this.#options;
    await journal.commit(() => {
      const kept = this.#airtime().filter(([end]) => end > at - KEPT_MS);
      return { facts: { [FACT]: JSON.stringify([...kept, [at, Math.round(lengthMs)]]) } };
    });
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
