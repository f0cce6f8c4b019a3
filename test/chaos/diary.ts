import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Life, OrderedRevision, Told } from './checker/history.ts';

/** A revision as it was handed in; what the book says of it is asked at the end. */
export type Handed = Omit<OrderedRevision, 'booked' | 'answered' | 'cancelAnswered'>;

export interface Counts {
  agentKills: number;
  centreKills: number;
  orders: number;
  cancellations: number;
  updates: number;
  otherFaults: number;
}

/** What was done in a run, kept for the checker and, one line each, in `diary.jsonl` for people. */
export class Diary {
  readonly counts: Counts = { agentKills: 0, centreKills: 0, orders: 0, cancellations: 0, updates: 0, otherFaults: 0 };
  readonly #path: string;
  readonly #lives = new Map<string, { from: number; to: number | undefined }[]>();
  readonly #told = new Map<string, Map<string, Told>>();
  readonly #handed = new Map<string, Handed>();
  readonly #answered = new Set<string>();
  readonly #cancelled = new Set<string>();
  readonly #kills = new Map<string, number>();

  constructor(directory: string) {
    this.#path = join(directory, 'diary.jsonl');
  }

  /** Kills by the step at which they happened. */
  get kills(): ReadonlyMap<string, number> {
    return this.#kills;
  }

  get handed(): readonly Handed[] {
    return [...this.#handed.values()];
  }

  note(what: string, details: Readonly<Record<string, unknown>> = {}): void {
    appendFileSync(this.#path, `${JSON.stringify({ at: new Date().toISOString(), what, ...details })}\n`);
  }

  countKill(step: string): void {
    this.#kills.set(step, (this.#kills.get(step) ?? 0) + 1);
  }

  lives(station: string): readonly Life[] {
    return this.#lives.get(station) ?? [];
  }

  /** An agent begins to run, or goes on. */
  begins(station: string): void {
    this.#lives.set(station, [...(this.#lives.get(station) ?? []), { from: Date.now(), to: undefined }]);
  }

  /** It does not run any more, or is stopped. */
  ends(station: string): void {
    const last = this.#lives.get(station)?.at(-1);
    if (last !== undefined) last.to ??= Date.now();
  }

  told(station: string): readonly Told[] {
    return [...(this.#told.get(station)?.values() ?? [])];
  }

  /** A station has acknowledged that revisions of an order have ended; it may be told again and again. */
  tells(station: string, told: Told): void {
    const known = this.#told.get(station) ?? new Map<string, Told>();
    this.#told.set(station, known);
    const name = `${told.id}/${told.upTo}`;
    if (!known.has(name)) known.set(name, told);
  }

  /** What a station was told since then it has forgotten. */
  forgets(station: string, since: number): void {
    const known = this.#told.get(station);
    for (const [name, { at }] of known ?? []) if (at >= since) known?.delete(name);
  }

  hands(order: Handed): void {
    this.#handed.set(`${order.id}/${order.rev}`, order);
  }

  answers(id: string, rev: number): void {
    this.#answered.add(`${id}/${rev}`);
  }

  /** The centre refused it for good: it was never ordered. */
  refuses(id: string, rev: number): void {
    this.#handed.delete(`${id}/${rev}`);
  }

  answersCancel(id: string): void {
    this.#cancelled.add(id);
  }

  wasAnswered = (id: string, rev: number): boolean => this.#answered.has(`${id}/${rev}`);
  wasCancelled = (id: string): boolean => this.#cancelled.has(id);
}
