import type { SigningKey } from '../../protocol/envelope.ts';
import { encodeReport } from '../../protocol/report.ts';
import type { Journal } from '../book/journal.ts';
import type { Clock } from '../clock/clock.ts';
import type { Log } from '../log.ts';

/** Reports sent and not yet acknowledged by the centre; aedes drops a connection above its limits. */
const WINDOW = 16;
/** Without an acknowledgement for so long the window is sent again. */
const AGAIN_MS = 15_000;
/**
 * A new report waits so long for the next ones: an order makes three before its relay closes, and to read, sign and
 * send each by itself would hold the relay up.
 */
const GATHER_MS = 50;

export interface DeliveryOptions {
  readonly journal: Journal;
  readonly signer: SigningKey;
  readonly clock: Clock;
  readonly log: Log;
  /** Resolves when the broker has it; rejects when the connection is gone. */
  readonly publish: (payload: Uint8Array) => Promise<void>;
}

/**
 * Sends the outbox in order, in a small window, for as long as the link is up and the centre is online [P-42]. A report
 * is deleted by the centre's acknowledgement and by nothing else: a broker's PUBACK proves nothing.
 */
export class Delivery {
  readonly #options: DeliveryOptions;
  #open = false;
  #sent = 0;
  #running = false;
  #woken = false;
  #cancelAgain = () => {};
  #cancelGathering: (() => void) | undefined;

  constructor(options: DeliveryOptions) {
    this.#options = options;
    options.journal.onReports(() => this.#gather());
  }

  /** The centre listens, perhaps anew: everything that it has not acknowledged is sent again. */
  resume(): void {
    this.#open = true;
    this.#sent = this.#options.journal.acknowledged;
    this.#run();
  }

  pause(): void {
    // At an agent's end this is the last chance for what it has just reported.
    if (this.#cancelGathering !== undefined) this.#run();
    this.#open = false;
    this.#cancelAgain();
  }

  /** The centre has stored everything up to `seq`. */
  async acknowledged(epoch: string, seq: number): Promise<void> {
    const { journal } = this.#options;
    if (epoch !== journal.epoch) return;
    await journal.acknowledge(epoch, seq);
    this.#sent = Math.max(this.#sent, journal.acknowledged);
    this.#run();
  }

  #gather(): void {
    if (this.#open) this.#cancelGathering ??= this.#options.clock.after(GATHER_MS, () => this.#run());
    else this.#run();
  }

  #run(): void {
    this.#cancelGathering?.();
    this.#cancelGathering = undefined;
    this.#woken = true;
    if (this.#running || !this.#open) return;
    this.#running = true;
    void this.#sendWindow()
      .catch((error: unknown) => {
        // The link is gone or the journal is: `resume` or the timer starts again from what is not acknowledged.
        this.#options.log('warn', 'delivery-paused', { error });
      })
      .finally(() => {
        this.#running = false;
        this.#armAgain();
        // Woken between its last look and here: by new reports, or by `resume` while it waited for a dead connection.
        if (this.#woken) this.#run();
      });
  }

  async #sendWindow(): Promise<void> {
    const { journal, signer, publish } = this.#options;
    while (this.#open) {
      this.#woken = false;
      const room = WINDOW - (this.#sent - journal.acknowledged);
      const reports = room > 0 ? await journal.reports(this.#sent, room) : [];
      const last = reports.at(-1);
      // What came while we looked has woken us; otherwise there is nothing to do until something does.
      if (last === undefined && !this.#woken) return;
      if (last === undefined) continue;
      const payloads = await Promise.all(reports.map((report) => encodeReport(report, signer)));
      this.#sent = last.seq;
      await Promise.all(payloads.map(publish));
    }
  }

  #armAgain(): void {
    this.#cancelAgain();
    if (!this.#open || this.#options.journal.backlog === 0) return;
    this.#cancelAgain = this.#options.clock.after(AGAIN_MS, () => this.resume());
  }
}
