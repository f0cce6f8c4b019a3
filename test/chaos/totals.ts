import type { Counts } from './diary.ts';
import type { Finding, RoundResult } from './round.ts';

const SHOWN = 10;

/** What all rounds of a run did and found. */
export class Totals {
  readonly counts: Counts = { agentKills: 0, centreKills: 0, orders: 0, cancellations: 0, updates: 0, otherFaults: 0 };
  readonly #seed: number;
  readonly #began = performance.now();
  readonly #kills: Record<string, number> = {};
  readonly #outcomes: Record<string, number> = {};
  readonly #found: { readonly seed: number; readonly folder: string; readonly violations: readonly Finding[] }[] = [];
  #rounds = 0;
  #heard = 0;
  #shownAt = 0;

  constructor(seed: number) {
    this.#seed = seed;
  }

  get violations(): number {
    return this.#found.reduce((sum, { violations }) => sum + violations.length, 0);
  }

  add(result: RoundResult, folder: string): void {
    this.#rounds += 1;
    this.#heard += result.heard;
    for (const name of Object.keys(this.counts) as (keyof Counts)[]) this.counts[name] += result.counts[name];
    sumInto(this.#kills, result.kills);
    sumInto(this.#outcomes, result.outcomes);
    const { seed, violations } = result;
    if (violations.length > 0) this.#found.push({ seed, folder, violations });
  }

  /** A line that is written over on a terminal, and now and then otherwise. */
  showProgress(round: number, counts: Counts, phase: string): void {
    const now = performance.now();
    const { isTTY } = process.stderr;
    if (now - this.#shownAt < (isTTY ? 500 : 20_000)) return;
    this.#shownAt = now;
    const kills = `${this.counts.agentKills + counts.agentKills} agent and ${this.counts.centreKills + counts.centreKills} centre kills`;
    const line = `round ${round} ${phase}: ${kills}, ${this.counts.orders + counts.orders} orders, ${this.violations} violations`;
    process.stderr.write(isTTY ? `\r\x1b[K${line}` : `${line}\n`);
  }

  summary() {
    const seconds = Math.round((performance.now() - this.#began) / 1000);
    return {
      ...{ seed: this.#seed, rounds: this.#rounds, seconds, ...this.counts, heard: this.#heard },
      ...{ kills: this.#kills, outcomes: this.#outcomes, violations: this.violations, found: this.#found },
    };
  }

  inWords(): string {
    const { agentKills, centreKills, orders, cancellations, updates, otherFaults } = this.counts;
    const list = (counts: Record<string, number>): string =>
      Object.entries(counts)
        .sort(([, a], [, b]) => b - a)
        .map(([name, count]) => `${name} ${count}`)
        .join(', ');
    const { rounds, seconds } = this.summary();
    return [
      `${rounds} rounds from seed ${this.#seed} in ${seconds} s`,
      `${agentKills} kills of agents, ${centreKills} of the centre, ${otherFaults} other faults`,
      `  at: ${list(this.#kills)}`,
      `${orders} orders, ${cancellations} cancellations, ${updates} updates; ${this.#heard} sounds heard`,
      `  reports: ${list(this.#outcomes)}`,
      `${this.violations} violations`,
      ...this.#found.flatMap(({ seed, folder, violations }) => [
        `seed ${seed}: ${violations.length} violations, everything is kept in ${folder}`,
        ...violations.slice(0, SHOWN).flatMap(described),
      ]),
      '',
    ].join('\n');
  }
}

function described(violation: Finding): string[] {
  const { rule, station, what } = violation;
  const lines = [`  ${rule} at ${station ?? 'the centre'}: ${what}`];
  if ('airing' in violation && violation.airing) lines.push(`    airing ${violation.airing}`);
  if ('reports' in violation) lines.push(...(violation.reports ?? []).map((line) => `    report ${line}`));
  if ('timeline' in violation) lines.push(...(violation.timeline ?? []).map((line) => `    ${line}`));
  return lines;
}

function sumInto(sums: Record<string, number>, counts: Readonly<Record<string, number>>): void {
  for (const [name, count] of Object.entries(counts)) sums[name] = (sums[name] ?? 0) + count;
}
