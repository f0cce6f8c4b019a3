import { randomBytes } from 'node:crypto';
import * as v from 'valibot';
import type { OrderReference } from '../../protocol/fields.ts';
import { type Report, reportSchema } from '../../protocol/report.ts';
import { type Commit, type Decided, decide, type Entry, type Numbering, reportKey, UNASKED } from './decide.ts';
import { KeptStorage } from './kept-storage.ts';
import { load } from './load.ts';
import { Memory, operationsOf } from './memory.ts';
import { outlived } from './outlived.ts';
import type { AiringRecord, CancelRecord, OrderRecord } from './records.ts';
import { deletedReports, renumbered } from './renumbered.ts';
import { type Saying, unsayable } from './sayable.ts';
import type { StorageOptions } from './storage.ts';

export interface JournalOptions extends StorageOptions, Saying {}

/** Entries written together at the most: what waits longer waits for the next write. */
const AT_ONCE = 64;
/** Fact: set while a recall is owed. */
const RECALL = 'recall';
const WANTED = 'wanted';
/** The keys of the reports that wait. */
const WAITING = { above: 'report/', below: 'report/~' };

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
  readonly #storage: KeptStorage;
  readonly #options: JournalOptions;
  readonly #listeners = new Set<() => void>();
  #onLowAcknowledgement = () => {};
  #numbering: Numbering = { epoch: '', firstSeq: 1, lastSeq: 0, unaskedFrom: 0, asked: false };
  #tail: Promise<unknown> = Promise.resolve();
  #gathered: Commit[] = [];

  private constructor(storage: KeptStorage, options: JournalOptions) {
    this.#storage = storage;
    this.#options = options;
  }

  /** Opens or makes the journal. Throws when LevelDB cannot; the cause says why. */
  static async open(options: JournalOptions): Promise<Journal> {
    const storage = await KeptStorage.open(options, WAITING);
    const journal = new Journal(storage, options);
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

  /** Whether this revision of an order was cancelled [P-31]. */
  isCancelled({ id, rev }: OrderReference): boolean {
    return (this.cancels.get(id)?.rev ?? 0) >= rev;
  }

  get epoch(): string {
    return this.#numbering.epoch;
  }

  /** Reports that wait for the centre. */
  get backlog(): number {
    return this.#numbering.lastSeq - this.#numbering.firstSeq + 1;
  }

  /** The highest report number that the centre has stored. */
  get acknowledged(): number {
    return this.#numbering.firstSeq - 1;
  }

  /** Its last report number when it was first opened since the centre last said what it knows of it [P-71]. */
  get unaskedFrom(): number {
    return this.#numbering.unaskedFrom;
  }

  /** Whether the centre must say first what began and ended before this journal [P-72]. */
  get recallWanted(): boolean {
    return this.facts.get(RECALL) === WANTED;
  }

  /** The centre has said what it knows of this journal, and it is in order: reports may be sent. */
  async asked(): Promise<void> {
    this.#numbering = { ...this.#numbering, asked: true };
    await this.commit(() => (this.facts.get(UNASKED) ? { facts: { [UNASKED]: '' } } : undefined));
  }

  /**
   * The journal goes on under a new epoch. What waits to be reported gets new numbers, but for what another life of this
   * journal has sent already: the ledger has all up to `stored`. `more` is written with it: unless told otherwise, that
   * the journal is to be filled in by a recall [P-72].
   */
  beginAnew(stored: number, more: Readonly<Record<string, string>> = { [RECALL]: WANTED }): Promise<void> {
    return this.#inTurn(async () => {
      const epoch = randomBytes(16).toString('hex');
      const waiting = await this.reports(Math.min(stored, this.#numbering.unaskedFrom), Number.POSITIVE_INFINITY);
      const facts = { ...more, epoch, 'last-seq': String(waiting.length), [UNASKED]: '' };
      await this.#storage.write([...renumbered(waiting, epoch, this.#numbering), ...operationsOf({ facts })]);
      this.#memory.remember({ facts });
      this.#numbering = { epoch, firstSeq: 1, lastSeq: waiting.length, unaskedFrom: 0, asked: true };
    });
  }

  /** Tells whenever new reports wait. */
  onReports(listener: () => void): void {
    this.#listeners.add(listener);
  }

  /** Tells when the centre acknowledges less of this epoch than it has before. */
  onLowAcknowledgement(listener: () => void): void {
    this.#onLowAcknowledgement = listener;
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
    for await (const [key, value] of this.#storage.between(reportKey(after), WAITING.below, limit)) {
      const report = v.safeParse(reportSchema, value);
      if (report.success) found.push(report.output);
      else
        found.push(
          unsayable({ epoch: this.#numbering.epoch, seq: Number(key.slice(key.indexOf('/') + 1)) }, this.#options),
        );
    }
    return found;
  }

  /** Deletes what the centre has stored [P-41]; other epochs and numbers we never gave out are ignored. */
  acknowledge(epoch: string, seq: number): Promise<void> {
    return this.#inTurn(async () => {
      if (epoch !== this.#numbering.epoch || seq > this.#numbering.lastSeq) return;
      if (seq < this.acknowledged) this.#onLowAcknowledgement();
      if (seq <= this.acknowledged) return;
      await this.#storage.writeLater(deletedReports(this.#numbering.firstSeq, seq));
      this.#numbering = { ...this.#numbering, firstSeq: seq + 1 };
    });
  }

  /** Forgets what ended long before `before` (milliseconds since 1970): nothing can bring it back by then. */
  prune(before: number): Promise<void> {
    return this.#inTurn(async () => {
      const { orders, cancels, operations } = outlived(this.#memory, before);
      await this.#storage.writeLater(operations);
      for (const id of orders) this.#memory.forgetOrder(id);
      for (const id of cancels) this.#memory.cancels.delete(id);
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
      if (decided.operations.length > 0) await this.#storage.write(decided.operations);
    } catch (error) {
      decided.takeBack();
      this.#insist(commits, error);
      return;
    }
    this.#tell(decided);
  }

  #decide(commits: readonly Commit[], refuse?: (entry: Entry) => unknown): Decided {
    return decide(commits, { memory: this.#memory, numbering: this.#numbering, saying: this.#options }, refuse);
  }

  /** The card cannot be written [P-95]: what insists goes on in memory, all else is rejected. */
  #insist(commits: readonly Commit[], error: unknown): void {
    // Unless it keeps, it was closed meanwhile, or what waits could not be read: nothing can be told in order.
    const { keeps } = this.#storage;
    const decided = this.#decide(commits, ({ insist }) => (insist && keeps ? undefined : error));
    this.#storage.keep(decided.operations);
    this.#tell(decided);
  }

  #tell({ done, seq }: Decided): void {
    const reported = seq !== this.#numbering.lastSeq;
    this.#numbering = { ...this.#numbering, lastSeq: seq };
    for (const { resolve, written } of done) resolve(written);
    if (reported) for (const listener of this.#listeners) listener();
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#tail.then(work);
    this.#tail = result.catch(() => undefined);
    return result;
  }

  async #load(): Promise<void> {
    const waiting = await load(this.#storage.iterate(), this.#memory, this.#options.log);
    const lastSeq = Math.max(waiting.lastSeq, Number(this.facts.get('last-seq') ?? 0));
    // An empty one says that the centre was asked.
    const unaskedFrom = Number(this.facts.get(UNASKED) || lastSeq);
    const epoch = this.facts.get('epoch') ?? '';
    this.#numbering = { epoch, firstSeq: waiting.firstSeq ?? lastSeq + 1, lastSeq, unaskedFrom, asked: false };
    if (epoch === '') await this.beginAnew(0);
    this.#numbering = { ...this.#numbering, asked: false };
  }
}
