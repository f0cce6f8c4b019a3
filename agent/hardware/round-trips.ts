/** How long the latest answers took. */
export class RoundTrips {
  readonly #latest: number[] = [];

  add(milliseconds: number): void {
    this.#latest.push(milliseconds);
    if (this.#latest.length > 64) this.#latest.shift();
  }

  /** Median in milliseconds; undefined before the first answer. */
  median(): number | undefined {
    const sorted = [...this.#latest].sort((a, b) => a - b);
    return sorted[Math.floor(sorted.length / 2)];
  }
}
