import { randomBytes } from 'node:crypto';
import * as v from 'valibot';
import type { Report } from '../../protocol/report.ts';
import { reportSchema } from '../../protocol/report.ts';
import type { Log } from '../log.ts';
import {
  type AiringRecord,
  airingKey,
  airingRecord,
  type CancelRecord,
  cancelRecord,
  type OrderRecord,
  orderRecord,
} from './records.ts';
import { type Operation, Storage, type StorageOptions } from './storage.ts';

/** A report before the journal gives it its number. */
export type ReportDraft = Omit<Report, 'station' | 'epoch' | 'seq' | 'at' | 'clock' | 'software'>;

/** What goes onto the journal together or not at all. */
export interface Entry {
  readonly order?: OrderRecord;
  readonly cancel?: { readonly id: string } & CancelRecord;
  readonly airings?: readonly AiringRecord[];
  readonly reports?: readonly ReportDraft[];
  readonly facts?: Readonly<Record<string, string>>;
}

export interface JournalOptions extends StorageOptions {
  /** Completes a report with what only the station knows: its name, its clock. */
  readonly stamp: (draft: ReportDraft, number: { epoch: string; seq: number }) => Report;
}

const LONGEST_ORDER_MS = 400 * 24 * 60 * 60_000;

const reportKey = (seq: number): string => `report/${String(seq).padStart(16, '0')}`;

/**
 * The station's memory: LevelDB, every write synchronous. [P-60] An order is here before its message is
 * acknowledged, an airing's mark before the first relay closes, an outcome before its report is sent.
 *
 * Writes go one after the other: reports are numbered without a gap, and a batch that came to the disk before an
 * earlier one would leave a gap behind a power cut, which the centre could never acknowledge across.
 */
export class Journal {
  readonly orders = new Map<string, OrderRecord>();
  readonly cancels = new Map<string, CancelRecord>();
  readonly airings = new Map<string, AiringRecord>();
  readonly facts = new Map<string, string>();
  readonly #storage: Storage;
  readonly #stamp: JournalOptions['stamp'];
  readonly #log: Log;
  readonly #listeners = new Set<() => void>();
  #epoch = '';
  #lastSeq = 0;
  #firstSeq = 1;
  #tail: Promise<unknown> = Promise.resolve();

  private constructor(storage: Storage, { stamp, log }: JournalOptions) {
    this.#storage = storage;
    this.#stamp = stamp;
    this.#log = log;
  }

  /** Opens or makes the journal. Throws when LevelDB cannot; the cause says why. */
  static async open(options: JournalOptions): Promise<Journal> {
    const storage = await Storage.open(options);
    const journal = new Journal(storage, options);
    try {
      await journal.#load();
    } catch (error) {
      await storage.close();
      throw error;
    }
    return journal;
  }

  get epoch(): string {
    return this.#epoch;
  }

  /** Reports that wait for the centre. */
  get backlog(): number {
    return this.#lastSeq - this.#firstSeq + 1;
  }

  /** The highest report number that the centre has stored. */
  get acknowledged(): number {
    return this.#firstSeq - 1;
  }

  /** Tells whenever new reports wait. */
  onReports(listener: () => void): void {
    this.#listeners.add(listener);
  }

  /** Tells after every write whether it failed: with the error, or with undefined. */
  onFailure(listener: (failure: unknown) => void): void {
    this.#storage.onFailure(listener);
  }

  /**
   * Decides and writes one entry; resolves when it is on the disk, with false when there was nothing to write. `decide`
   * runs when all earlier entries are in, so what it reads here stays true until its own entry is.
   */
  commit(decide: () => Entry | undefined): Promise<boolean> {
    return this.#inTurn(async () => {
      const entry = decide();
      if (entry === undefined) return false;
      const operations: Operation[] = [];
      const put = (key: string, value: unknown) => operations.push({ type: 'put', key, value });
      if (entry.order) put(`order/${entry.order.order.id}`, entry.order);
      if (entry.cancel) put(`cancel/${entry.cancel.id}`, { rev: entry.cancel.rev, at: entry.cancel.at });
      for (const airing of entry.airings ?? []) put(`airing/${airingKey(airing)}`, airing);
      for (const [name, value] of Object.entries(entry.facts ?? {})) put(`fact/${name}`, value);
      let seq = this.#lastSeq;
      for (const draft of entry.reports ?? []) {
        seq += 1;
        put(reportKey(seq), this.#sayable(this.#stamp(draft, { epoch: this.#epoch, seq })));
      }
      if (seq !== this.#lastSeq) put('fact/last-seq', String(seq));
      await this.#storage.write(operations);
      this.#lastSeq = seq;
      this.#remember(entry);
      if (entry.reports?.length) for (const listener of this.#listeners) listener();
      return true;
    });
  }

  /** The oldest waiting reports above `after`, at most `limit`. */
  async reports(after: number, limit: number): Promise<readonly Report[]> {
    const found: Report[] = [];
    for await (const [key, value] of this.#storage.iterate({ gt: reportKey(after), lt: 'report/~', limit })) {
      const report = v.safeParse(reportSchema, value);
      if (report.success) found.push(report.output);
      else found.push(this.#unsayable(Number(key.slice(key.indexOf('/') + 1))));
    }
    return found;
  }

  /** Deletes what the centre has stored [P-41]; other epochs and numbers we never gave out are ignored. */
  acknowledge(epoch: string, seq: number): Promise<void> {
    return this.#inTurn(async () => {
      if (epoch !== this.#epoch || seq < this.#firstSeq || seq > this.#lastSeq) return;
      const operations: Operation[] = [];
      for (let at = this.#firstSeq; at <= seq; at++) operations.push({ type: 'del', key: reportKey(at) });
      await this.#storage.writeLater(operations);
      this.#firstSeq = seq + 1;
    });
  }

  /**
   * Forgets orders that ended before `before` (milliseconds since 1970): nothing can bring them back by then. A
   * cancellation whose order never came is kept longer than any order may last.
   */
  prune(before: number): Promise<void> {
    return this.#inTurn(async () => {
      const operations: Operation[] = [];
      const forget = (key: string) => operations.push({ type: 'del', key });
      const ended = [...this.orders.values()].filter(({ order }) => Date.parse(order.expiresAt) < before);
      const ids = new Set(ended.map(({ order }) => order.id));
      for (const id of ids) forget(`order/${id}`);
      const airings = [...this.airings].filter(([, airing]) => ids.has(airing.order.id));
      for (const [key] of airings) forget(`airing/${key}`);
      const cancels = [...this.cancels].filter(([, { at }]) => Date.parse(at) < before - LONGEST_ORDER_MS);
      for (const [id] of cancels) forget(`cancel/${id}`);
      await this.#storage.writeLater(operations);
      for (const id of ids) this.orders.delete(id);
      for (const [key] of airings) this.airings.delete(key);
      for (const [id] of cancels) this.cancels.delete(id);
    });
  }

  async close(): Promise<void> {
    await this.#tail;
    await this.#storage.close();
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#tail.then(work);
    this.#tail = result.catch(() => undefined);
    return result;
  }

  /**
   * A report that does not fit its schema could never be sent, and every later one would wait for it. What proves
   * nothing is left out; what claims more than that is taken back.
   */
  #sayable(report: Report): Report {
    if (fits(report)) return report;
    this.#log('error', 'report-invalid', { report });
    const { evidence: _, timing: __, ...rest } = report;
    const taken: Report =
      rest.outcome === 'aired' ? { ...rest, outcome: 'failed', refusal: { code: 'internal-error' } } : rest;
    return fits(taken) ? taken : this.#unsayable(report.seq);
  }

  /** Stands where a report was, so that the numbers have no gap. */
  #unsayable(seq: number): Report {
    return this.#stamp({ outcome: 'rejected', refusal: { code: 'internal-error' } }, { epoch: this.#epoch, seq });
  }

  #remember(entry: Entry): void {
    if (entry.order) this.orders.set(entry.order.order.id, entry.order);
    if (entry.cancel) this.cancels.set(entry.cancel.id, { rev: entry.cancel.rev, at: entry.cancel.at });
    for (const airing of entry.airings ?? []) this.airings.set(airingKey(airing), airing);
    for (const [name, value] of Object.entries(entry.facts ?? {})) this.facts.set(name, value);
  }

  async #load(): Promise<void> {
    let firstSeq: number | undefined;
    for await (const [key, value] of this.#storage.iterate()) {
      const slash = key.indexOf('/');
      const kind = key.slice(0, slash);
      const name = key.slice(slash + 1);
      if (kind === 'report') {
        firstSeq ??= Number(name);
        this.#lastSeq = Math.max(this.#lastSeq, Number(name));
      } else if (!this.#loadRecord(kind, name, value)) {
        this.#log('error', 'journal-record-unreadable', { key });
      }
    }
    this.#lastSeq = Math.max(this.#lastSeq, Number(this.facts.get('last-seq') ?? 0));
    this.#firstSeq = firstSeq ?? this.#lastSeq + 1;
    const epoch = this.facts.get('epoch');
    if (epoch === undefined) {
      this.#epoch = randomBytes(16).toString('hex');
      await this.commit(() => ({ facts: { epoch: this.#epoch } }));
    } else {
      this.#epoch = epoch;
    }
  }

  #loadRecord(kind: string, name: string, value: unknown): boolean {
    switch (kind) {
      case 'order':
        return keep(this.orders, name, orderRecord, value);
      case 'cancel':
        return keep(this.cancels, name, cancelRecord, value);
      case 'airing':
        return keep(this.airings, name, airingRecord, value);
      case 'fact':
        return keep(this.facts, name, v.string(), value);
      default:
        return false;
    }
  }
}

const fits = (report: Report): boolean => v.safeParse(reportSchema, report).success;

function keep<T>(map: Map<string, T>, name: string, schema: v.GenericSchema<unknown, T>, value: unknown): boolean {
  const record = v.safeParse(schema, value);
  if (record.success) map.set(name, record.output);
  return record.success;
}
