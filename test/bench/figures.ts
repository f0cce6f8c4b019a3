/** One thing that was measured, over all its rounds. */
export interface Figure {
  readonly name: string;
  readonly unit: 'ms' | 'MB' | 'KiB' | 'reports';
  readonly rounds: number;
  readonly median: number;
  readonly p99: number;
  readonly least: number;
  readonly most: number;
}

/** Collects samples by name, in the order in which the names first came. */
export class Figures {
  readonly #samples = new Map<string, { readonly unit: Figure['unit']; readonly values: number[] }>();

  add(name: string, unit: Figure['unit'], value: number): void {
    const known = this.#samples.get(name);
    if (known === undefined) this.#samples.set(name, { unit, values: [value] });
    else known.values.push(value);
  }

  /** Throws RangeError for a name of which nothing was measured. */
  of(name: string): Figure {
    const samples = this.#samples.get(name);
    if (samples === undefined) throw new RangeError(`nothing was measured of ${name}`);
    const sorted = samples.values.toSorted((a, b) => a - b);
    return {
      name,
      unit: samples.unit,
      rounds: sorted.length,
      median: quantile(sorted, 0.5),
      p99: quantile(sorted, 0.99),
      least: quantile(sorted, 0),
      most: quantile(sorted, 1),
    };
  }

  all(): readonly Figure[] {
    return [...this.#samples.keys()].map((name) => this.of(name));
  }
}

/** The nearest rank of an ascending list that is not empty. */
function quantile(sorted: readonly number[], share: number): number {
  const rank = Math.max(1, Math.ceil(share * sorted.length));
  return sorted[rank - 1] ?? Number.NaN;
}
