import { randomBytes } from 'node:crypto';
import { decodeRecall, type Recall, type RecallQuestion } from '../../protocol/recall.ts';
import type { Booking } from '../book/booking.ts';
import type { Journal } from '../book/journal.ts';
import { bookRecalled } from '../book/recall.ts';
import { type Clock, sleep } from '../clock/clock.ts';
import type { Log } from '../log.ts';
import type { Trust } from '../verify/trust.ts';

/** An unanswered question is asked again so soon, with a new nonce. */
const AGAIN_MS = 15_000;
/** So many questions in vain raise the alarm: five minutes. */
const PATIENCE = 20;
/** What is late at a start waits no longer for the centre's first word. */
const FIRST_WORD_MS = 10_000;
/** The fact that names the journals before this one, with spaces between [P-71]. */
const FOLLOWS = 'follows';

export interface RecallingOptions {
  readonly centre: string;
  readonly station: string;
  readonly journal: Journal;
  readonly trust: Trust;
  readonly clock: Clock;
  readonly log: Log;
  /** Asks the centre; not awaited by the message handler that leads here. */
  readonly ask: (question: RecallQuestion) => void;
  /** Reports may be sent from now on. */
  readonly onAnswered: () => void;
  /** No report may be sent before the centre has answered again. */
  readonly onDoubt: () => void;
  /** Nothing is left to be asked, for the first time: orders may be pulled and booked. */
  readonly onSettled: () => Promise<void>;
  readonly onBooking: (booking: Booking) => void;
  /** Whether the centre has left us without an answer for long. */
  readonly onSilence: (silent: boolean) => void;
  readonly closing: AbortSignal;
}

/**
 * Asks the centre on each connection what its ledger knows of this journal [P-71]. At a start the card may have been put
 * back, or exchanged: a journal that is new or old is filled in by what the ledger says of this station's airings [P-72].
 * At any time the centre's database may have been put back, and have lost what it acknowledged.
 */
export class Recalling {
  /**
   * Resolves when the journal is in order, or when the station has been up for ten seconds without the centre: what a
   * card put back holds as late may have been aired long ago, but nothing waits for a centre that is away.
   */
  readonly heard: Promise<void>;
  readonly #options: RecallingOptions;
  #question: RecallQuestion | undefined;
  /** What the centre had acknowledged when it was asked. */
  #acknowledged = 0;
  #after = 0;
  /** Grows whenever the centre comes or goes: an answer is worth something on its own connection only. */
  #connection = 0;
  #answered = false;
  /** Whether the centre has answered since the start. */
  #known = false;
  readonly #settled = new AbortController();
  #inVain = 0;
  #cancelAgain = () => {};

  constructor(options: RecallingOptions) {
    this.#options = options;
    const { journal, clock, closing } = options;
    journal.onLowAcknowledgement(() => this.#doubt());
    this.heard = sleep(clock, FIRST_WORD_MS, AbortSignal.any([closing, this.#settled.signal]));
  }

  /** Whether the centre has answered on this connection: reports may be sent. */
  get answered(): boolean {
    return this.#answered;
  }

  /** Whether orders that are no emergencies may be booked. */
  get settled(): boolean {
    return this.#settled.signal.aborted;
  }

  /** The centre listens, perhaps anew. */
  begin(): void {
    this.#connection += 1;
    this.#answered = false;
    this.#ask();
  }

  /** The centre is away. */
  pause(): void {
    this.#connection += 1;
    this.#cancelAgain();
    this.#question = undefined;
    this.#answered = false;
  }

  /** Takes what came on the command topic. Rejects only when the journal cannot be written. */
  async take(payload: Uint8Array): Promise<void> {
    const { centre, station, journal, trust, log } = this.#options;
    const decoded = await decodeRecall(payload, trust.lookup);
    if (!decoded.ok) return log('warn', 'message-refused', { kind: 'recall', code: decoded.refusal.code });
    const recall = decoded.value.value;
    const question = this.#question;
    const connection = this.#connection;
    const isOver = () => connection !== this.#connection;
    if (question === undefined || recall.nonce !== question.nonce) return;
    if (recall.centre !== centre || recall.station !== station || recall.epoch !== journal.epoch) return;
    // The next question goes out when this answer is on the journal; should it not get there, the timer asks again.
    this.#question = undefined;
    this.#inVain = 0;
    this.#options.onSilence(false);
    if (!this.#answered) {
      const anew = await this.#compare(recall);
      // The connection ended meanwhile: on the next one it is asked again.
      if (isOver()) return;
      this.#answered = true;
      this.#options.onAnswered();
      // The centre hears of the new epoch, too.
      if (anew) return this.#ask();
    }
    if (!journal.recallWanted) return this.#settle();
    // The first question of a journal that was thought to be in order asks for no airings.
    if (question.after !== undefined) {
      const { withdrawn } = await bookRecalled(journal, recall.airings, recall.now);
      if (withdrawn.length > 0) log('warn', 'airings-ended-elsewhere', { airings: withdrawn });
      this.#options.onBooking({ booked: [], withdrawn });
      if (recall.next === undefined) {
        await journal.commit(() => ({ facts: { recall: '', [FOLLOWS]: recall.latest ?? '' } }));
        return this.#settle();
      }
      this.#after = recall.next;
    }
    if (!isOver()) this.#ask();
  }

  /** Whether the journal goes on under a new epoch: it is an old one put back, or the centre's database is. */
  async #compare(recall: Recall): Promise<boolean> {
    const { journal, log } = this.#options;
    const { epoch, stored, highest, latest } = recall;
    const putBack = !this.#known && this.#isPutBack(recall);
    const lost = stored < this.#acknowledged;
    if (putBack) {
      await journal.beginAnew(stored);
      log('warn', 'journal-put-back', { epoch, highest, known: journal.unaskedFrom, latest, now: journal.epoch });
    } else if (lost) {
      // It knows all that it ever did: nothing is filled in, and what is on air goes on.
      await journal.beginAnew(stored, { [FOLLOWS]: `${latest ?? ''} ${epoch}` });
      log('warn', 'centre-lost-reports', { epoch, stored, acknowledged: this.#acknowledged, now: journal.epoch });
    } else {
      await journal.asked();
    }
    this.#known = true;
    return putBack || lost;
  }

  #isPutBack({ epoch, highest, latest }: Recall): boolean {
    const { journal } = this.#options;
    const before = journal.facts.get(FOLLOWS)?.split(' ') ?? [];
    const another = latest !== undefined && latest !== epoch && !before.includes(latest);
    return highest > journal.unaskedFrom || (another && !journal.recallWanted);
  }

  /** The centre acknowledges less than it did: it may have lost the rest. */
  #doubt(): void {
    if (!this.#answered) return;
    this.#answered = false;
    this.#options.onDoubt();
    this.#ask();
  }

  async #settle(): Promise<void> {
    // On another connection the next question is out already.
    if (this.#question === undefined) this.#cancelAgain();
    if (this.settled) return;
    this.#settled.abort();
    this.#options.log('info', 'journal-settled', { epoch: this.#options.journal.epoch });
    await this.#options.onSettled();
  }

  #ask(): void {
    const { journal, clock, ask, onSilence } = this.#options;
    const nonce = randomBytes(16).toString('hex');
    this.#acknowledged = journal.acknowledged;
    this.#question = { epoch: journal.epoch, nonce, ...(journal.recallWanted && { after: this.#after }) };
    ask(this.#question);
    this.#cancelAgain();
    this.#cancelAgain = clock.after(AGAIN_MS, () => {
      this.#inVain += 1;
      if (this.#inVain >= PATIENCE) onSilence(true);
      this.#ask();
    });
  }
}
