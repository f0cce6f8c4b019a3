import * as v from 'valibot';
import { validate } from '../../protocol/decode.ts';
import { orderId } from '../../protocol/fields.ts';
import { accepted, type Decoded, type FieldProblem, refused } from '../../protocol/refusal.ts';
import type { Journal } from '../book/journal.ts';
import { isOpen } from '../book/records.ts';
import type { Preferred } from '../due/preference.ts';
import type { Stage } from '../due/stage.ts';

export interface LocalPreferenceOptions {
  readonly journal: Journal;
  readonly stage: Stage;
}

const FACT = 'preferred';
const MOST_ORDERS = 100;
const factSchema = v.array(orderId);

/** What is asked for: ids of orders or beginnings of them, the most preferred first; none clears. */
export const preferenceSchema = v.strictObject({
  orders: v.pipe(v.array(v.string('must be text')), v.maxLength(MOST_ORDERS, `at most ${MOST_ORDERS}`)),
});

/** The order that the commune's operator set between priority orders [P-78]. It outlives a restart. */
export class LocalPreference {
  readonly #options: LocalPreferenceOptions;

  constructor(options: LocalPreferenceOptions) {
    this.#options = options;
  }

  /** Takes up what was set before this start. */
  begin(): void {
    this.#options.stage.prefer(this.#stored());
  }

  /** What still stands of it: the orders that have not ended. */
  get preferred(): Preferred {
    const waiting = new Set(this.#waiting().map(({ id }) => id));
    return this.#stored().filter((id) => waiting.has(id));
  }

  /** Sets it anew, on the journal first. Declines the whole where one cannot be told, naming each by `orders.<n>`. */
  async set({ orders }: v.InferOutput<typeof preferenceSchema>): Promise<Decoded<Preferred>> {
    const { journal, stage } = this.#options;
    const found = this.#find(orders);
    if (!found.ok) return found;
    await journal.commit(() => ({ facts: { [FACT]: JSON.stringify(found.value) } }));
    stage.prefer(found.value);
    return found;
  }

  #find(beginnings: readonly string[]): Decoded<Preferred> {
    const waiting = this.#waiting();
    const problems: FieldProblem[] = [];
    const found: string[] = [];
    for (const [at, beginning] of beginnings.entries()) {
      const decline = (problem: string) => problems.push({ path: `orders.${at}`, problem });
      const [one, ...others] = waiting.filter(({ id }) => beginning !== '' && id.startsWith(beginning.toLowerCase()));
      if (one === undefined) decline('no order that waits here begins with this');
      else if (others.length > 0) decline('more than one order begins with this');
      else if (one.priority !== 'priority') decline('is no priority order: its class alone decides');
      else if (found.includes(one.id)) decline('is named twice');
      else found.push(one.id);
    }
    return problems.length > 0 ? refused('invalid-fields', '', problems) : accepted(found);
  }

  /** Orders of which something is still to be heard. */
  #waiting() {
    const { journal } = this.#options;
    const open = new Set([...journal.airings.values()].filter(isOpen).map(({ order }) => order.id));
    return [...journal.orders.values()]
      .filter(({ state }) => state === 'booked')
      .map(({ order }) => order)
      .filter((order) => open.has(order.id) || (order.when.type === 'daily' && !journal.isCancelled(order)));
  }

  #stored(): Preferred {
    const stored = validate(factSchema, JSON.parse(this.#options.journal.facts.get(FACT) ?? '[]'));
    return stored.ok ? stored.value : [];
  }
}
