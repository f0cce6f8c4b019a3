import { randomBytes } from 'node:crypto';
import * as v from 'valibot';
import type { Report } from '../../protocol/report.ts';
import { reportSchema } from '../../protocol/report.ts';
import { Kept } from './kept.ts';
import { Memory, operationsOf, type Records } from './memory.ts';
import { isWritten } from './outbox.ts';
import {
  type AiringRecord,
  airingKey,
  airingRecord,
  type CancelRecord,
  cancelRecord,
  type OrderRecord,
  orderRecord,
} from './records.ts';
import { type ReportDraft, type Saying, sayable, unsayable } from './sayable.ts';
import { type Operation, put, Storage, type StorageOptions } from './storage.ts';

/** What goes onto the journal together or not at all. */
export interface Entry extends Records {
  readonly reports?: readonly ReportDraft[];
  /**
   * It counts even while it cannot be written [P-95]: what concerns a warning, and what silences. A warning that does not
   * sound is worse than one that could sound twice.
   */
  readonly insist?: boolean;
}

interface Commit {
  readonly decide: () => Entry | undefined;
  readonly resolve: (written: boolean) => void;
  readonly reject: (error: unknown) => void;
}

/** What was decided and is not written yet. */
interface Decided {
  readonly done: (Commit & { readonly written: boolean })[];
  readonly operations: readonly Operation[];
  /** The last report's number. */
  readonly seq: number;
  takeBack(): void;
}

export interface JournalOptions extends StorageOptions, Saying {}

/** Entries written together at the most: what waits longer waits for the next write. */
const AT_ONCE = 64;
/** Facts: set while a recall is owed; and `unaskedFrom`, once reports were written that depend on it. */
const RECALL = 'recall';
const WANTED = 'wanted';
const UNASKED = 'unasked';
const LONGEST_ORDER_MS = 400 * 24 * 60 * 60_000;

const reportKey = (seq: number): string => `report/${String(seq).padStart(16, '0')}`;

/**
 * The station's memory: LevelDB, every write synchronous. [P-60] An order is here before its message is
 * acknowledged, an airing's mark before the first relay closes, an outcome before its report is sent.
 *
 * Writes go one after the other: reports are numbered without a gap, and a batch that came to the disk before an
 * earlier one would leave a gap behind a power cut, which the centre could never acknowledge across. What is to be
 * written while a write is on its way goes together into the next [P-81].
 */
export class Journal {
  readonly #memory = new Memory();
  readonly #storage: Storage;
  readonly #options: JournalOptions;
  readonly #listeners = new Set<() => void>();
  #epoch = '';
  #lastSeq = 0;
  #firstSeq = 1;
  #unaskedFrom = 0;
  #asked = false;
  #tail: Promise<unknown> = Promise.resolve();
  #gathered: Commit[] = [];
  /** Since a write failed, until one succeeds. */
  #kept: Kept | undefined;

  private constructor(storage: Storage, options: JournalOptions) {
    this.#storage = storage;
    this.#options = options;
  }

  /** Opens or makes the journal. Throws when LevelDB cannot; the cause says why. */
  static async open(options: JournalOptions): Promise<Journal> {
    const storage = await Storage.open(options, () => journal.#rescue());
    const journal: Journal = new Journal(storage, options);
    try {
      await journal.#load();
    } catch (error) {
      await storage.close();
      throw error;
    }
    return journal;
  }

  get orders(): ReadonlyMap<string, OrderRecord> {
    return this.#memory.orders;
  }

  get cancels(): ReadonlyMap<string, CancelRecord> {
    return this.#memory.cancels;
  }

  get airings(): ReadonlyMap<string, AiringRecord> {
    return this.#memory.airings;
  }

  get facts(): ReadonlyMap<string, string> {
    return this.#memory.facts;
  }

  /** How many airings are open. */
  get open(): number {
    return this.#memory.open;
  }

  airingsOf(order: string): readonly AiringRecord[] {
    return this.#memory.airingsOf(order);
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

  /** Its last report number when it was first opened since the centre last said what it knows of it [P-71]. */
  get unaskedFrom(): number {
    return this.#unaskedFrom;
  }

  /** Whether the centre must say first what began and ended before this journal [P-72]. */
  get recallWanted(): boolean {
    return this.facts.get(RECALL) === WANTED;
  }

  /** The centre has said what it knows of this journal, and it is in order: reports may be sent. */
  async asked(): Promise<void> {
    this.#asked = true;
    await this.commit(() => (this.facts.get(UNASKED) ? { facts: { [UNASKED]: '' } } : undefined));
  }

  /**
   * The journal goes on under a new epoch, to be filled in by a recall [P-72]. What waits to be reported gets new
   * numbers, but for what another life of this journal has sent already: the ledger has all up to `stored`.
   */
  beginAnew(stored: number): Promise<void> {
    return this.#inTurn(async () => {
      const epoch = randomBytes(16).toString('hex');
      const waiting = await this.reports(Math.min(stored, this.#unaskedFrom), Number.POSITIVE_INFINITY);
      const facts = { epoch, 'last-seq': String(waiting.length), [UNASKED]: '', [RECALL]: WANTED };
      const operations: Operation[] = [];
      for (let seq = this.#firstSeq; seq <= this.#lastSeq; seq++) operations.push({ type: 'del', key: reportKey(seq) });
      for (const [at, report] of waiting.entries()) {
        operations.push(put(reportKey(at + 1), { ...report, epoch, seq: at + 1 }));
      }
      await this.#write([...operations, ...operationsOf({ facts })]);
      this.#memory.remember({ facts });
      this.#epoch = epoch;
      this.#firstSeq = 1;
      this.#lastSeq = waiting.length;
      this.#unaskedFrom = 0;
      this.#asked = true;
    });
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
   * runs when all earlier entries are decided, so what it reads here stays true until its own entry is in. Should the
   * write fail, all entries of it are taken back and rejected, but those that insist: they are decided again and kept.
   */
  commit(decide: () => Entry | undefined): Promise<boolean> {
    return new Promise((resolve, reject) => {
      this.#gathered.push({ decide, resolve, reject });
      if (this.#gathered.length === 1) void this.#inTurn(() => this.#writeGathered());
    });
  }

  /** The oldest waiting reports above `after`, at most `limit`. */
  async reports(after: number, limit: number): Promise<readonly Report[]> {
    const found: Report[] = [];
    const [above, below] = [reportKey(after), 'report/~'];
    const waiting = this.#kept?.between(above, below, limit) ?? this.#storage.iterate({ gt: above, lt: below, limit });
    for await (const [key, value] of waiting) {
      const report = v.safeParse(reportSchema, value);
      if (report.success) found.push(report.output);
      else found.push(unsayable({ epoch: this.#epoch, seq: Number(key.slice(key.indexOf('/') + 1)) }, this.#options));
    }
    return found;
  }

  /** Deletes what the centre has stored [P-41]; other epochs and numbers we never gave out are ignored. */
  acknowledge(epoch: string, seq: number): Promise<void> {
    return this.#inTurn(async () => {
      if (epoch !== this.#epoch || seq < this.#firstSeq || seq > this.#lastSeq) return;
      const operations: Operation[] = [];
      for (let at = this.#firstSeq; at <= seq; at++) operations.push({ type: 'del', key: reportKey(at) });
      this.#kept?.add(operations);
      await this.#storage.writeLater(operations).catch((error: unknown) => {
        // Where the card has failed, the next write that succeeds takes this along.
        if (this.#kept === undefined) throw error;
        this.#kept.add(operations);
      });
      this.#firstSeq = seq + 1;
    });
  }

  /**
   * Forgets orders that ended before `before` (milliseconds since 1970): nothing can bring them back by then. A
   * cancellation or a recalled airing whose order never came is kept longer than any order may last.
   */
  prune(before: number): Promise<void> {
    return this.#inTurn(async () => {
      const operations: Operation[] = [];
      const forget = (key: string) => operations.push({ type: 'del', key });
      const ended = [...this.orders.values()].filter(({ order }) => Date.parse(order.expiresAt) < before);
      const orphans = [...this.airings.values()].filter(
        ({ order, at }) => !this.orders.has(order.id) && Date.parse(at ?? '') < before - LONGEST_ORDER_MS,
      );
      const ids = new Set([...ended, ...orphans].map(({ order }) => order.id));
      for (const id of ids) forget(`order/${id}`);
      for (const id of ids) for (const airing of this.airingsOf(id)) forget(`airing/${airingKey(airing)}`);
      const cancels = [...this.cancels].filter(([, { at }]) => Date.parse(at) < before - LONGEST_ORDER_MS);
      for (const [id] of cancels) forget(`cancel/${id}`);
      await this.#storage.writeLater(operations);
      for (const id of ids) this.#memory.forgetOrder(id);
      for (const [id] of cancels) this.#memory.cancels.delete(id);
    });
  }

  async close(): Promise<void> {
    await this.#tail;
    await this.#storage.close();
  }

  async #writeGathered(): Promise<void> {
    const commits = this.#gathered.splice(0, AT_ONCE);
    if (this.#gathered.length > 0) void this.#inTurn(() => this.#writeGathered());
    const decided = this.#decide(commits);
    try {
      if (decided.operations.length > 0) await this.#write(decided.operations);
    } catch (error) {
      decided.takeBack();
      this.#insist(commits, error);
      return;
    }
    this.#tell(decided);
  }

  /** Decides one after the other and remembers; a commit that throws, or that is refused, is rejected. */
  #decide(commits: readonly Commit[], refuse: (entry: Entry) => unknown = () => undefined): Decided {
    const done: Decided['done'] = [];
    const undo: (() => void)[] = [];
    const operations: Operation[] = [];
    let seq = this.#lastSeq;
    for (const commit of commits) {
      try {
        const entry = commit.decide();
        const refusal = entry && refuse(entry);
        if (refusal !== undefined) throw refusal;
        const drafts = (entry?.reports ?? []).filter((draft) => isWritten(draft, seq + 1 - this.#firstSeq));
        const reports = drafts.map((draft, at) =>
          sayable(draft, { epoch: this.#epoch, seq: seq + at + 1 }, this.#options),
        );
        if (entry !== undefined) {
          operations.push(...reports.map((report) => put(reportKey(report.seq), report)), ...operationsOf(entry));
          undo.push(this.#memory.remember(entry));
          seq += reports.length;
        }
        done.push({ ...commit, written: entry !== undefined });
      } catch (error) {
        commit.reject(error);
      }
    }
    if (seq !== this.#lastSeq) {
      operations.push(put('fact/last-seq', String(seq)));
      if (!this.#asked && !this.facts.get(UNASKED)) {
        const facts = { [UNASKED]: String(this.#unaskedFrom) };
        operations.push(...operationsOf({ facts }));
        undo.push(this.#memory.remember({ facts }));
      }
    }
    return {
      ...{ done, operations, seq },
      takeBack: () => {
        for (const step of undo.reverse()) step();
      },
    };
  }

  /** The card cannot be written [P-95]: what insists goes on in memory, all else is rejected. */
  #insist(commits: readonly Commit[], error: unknown): void {
    const kept = this.#kept;
    // Without it the storage was closed meanwhile, or what waits could not be read: nothing can be told in order.
    const decided = this.#decide(commits, ({ insist }) => (insist && kept !== undefined ? undefined : error));
    kept?.add(decided.operations);
    this.#tell(decided);
  }

  #tell({ done, seq }: Decided): void {
    const reported = seq !== this.#lastSeq;
    this.#lastSeq = seq;
    for (const { resolve, written } of done) resolve(written);
    if (reported) for (const listener of this.#listeners) listener();
  }

  /** Together with what an earlier failure has left to be written. */
  async #write(operations: readonly Operation[]): Promise<void> {
    await this.#storage.write([...(this.#kept?.operations ?? []), ...operations]);
    this.#kept = undefined;
  }

  /** Reads what waits to be reported while it can still be read. */
  async #rescue(): Promise<void> {
    if (this.#kept !== undefined) return;
    const waiting: Operation[] = [];
    for await (const [key, value] of this.#storage.iterate({ gt: 'report/', lt: 'report/~' })) {
      waiting.push(put(key, value));
    }
    this.#kept = new Kept();
    this.#kept.add(waiting);
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#tail.then(work);
    this.#tail = result.catch(() => undefined);
    return result;
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
        this.#options.log('error', 'journal-record-unreadable', { key });
      }
    }
    this.#lastSeq = Math.max(this.#lastSeq, Number(this.facts.get('last-seq') ?? 0));
    this.#firstSeq = firstSeq ?? this.#lastSeq + 1;
    // An empty one says that the centre was asked.
    this.#unaskedFrom = Number(this.facts.get(UNASKED) || this.#lastSeq);
    const epoch = this.facts.get('epoch');
    if (epoch !== undefined) this.#epoch = epoch;
    else await this.beginAnew(0);
    this.#asked = false;
  }

  #loadRecord(kind: string, name: string, value: unknown): boolean {
    switch (kind) {
      case 'order':
        return this.#keep(orderRecord, value, (order) => ({ order }));
      case 'cancel':
        return this.#keep(cancelRecord, value, (cancel) => ({ cancel: { id: name, ...cancel } }));
      case 'airing':
        return this.#keep(airingRecord, value, (airing) => ({ airings: [airing] }));
      case 'fact':
        return this.#keep(v.string(), value, (fact) => ({ facts: { [name]: fact } }));
      default:
        return false;
    }
  }

  #keep<T>(schema: v.GenericSchema<unknown, T>, value: unknown, records: (record: T) => Records): boolean {
    const record = v.safeParse(schema, value);
    if (record.success) this.#memory.remember(records(record.output));
    return record.success;
  }
}
