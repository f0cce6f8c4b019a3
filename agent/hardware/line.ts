import { setTimeout as delay } from 'node:timers/promises';
import { Refusal } from '../../protocol/refusal.ts';
import type { Log } from '../log.ts';
import { type Command, Conversation } from './conversation.ts';
import type { LineHealth } from './ports.ts';
import { RoundTrips } from './round-trips.ts';
import type { OpenTransport, Transport } from './transport.ts';

/** All in milliseconds. */
export interface LineTiming {
  readonly answerMs: number;
  readonly attempts: number;
  readonly openMs: number;
  /** Pause before the first reopening; doubles up to `mostPauseMs`, and starts anew once the device answered. */
  readonly firstPauseMs: number;
  readonly mostPauseMs: number;
}

/** An answer takes 42 ms at 9,600 baud; two attempts stay well inside a lease of 3 s. */
export const usualTiming: LineTiming = {
  answerMs: 500,
  attempts: 2,
  openMs: 3000,
  firstPauseMs: 250,
  mostPauseMs: 5000,
};

export interface LineOptions {
  readonly openTransport: OpenTransport;
  readonly timing: LineTiming;
  readonly log: Log;
  /** What is said after every opening, before anyone else may speak. If it rejects, the line is opened anew. */
  greet(conversation: Conversation): Promise<void>;
  up(): void;
  /** Once for each way down, not for each vain attempt to open. */
  down(why: Refusal): void;
  heard(line: string): void;
}

/** A device's line: opened, kept, and reopened for as long as it lives. Unplugging is a normal event here. */
export class Line {
  readonly #options: LineOptions;
  readonly #closing = new AbortController();
  readonly #trips = new RoundTrips();
  #current: Conversation | undefined;
  #up = false;
  #whyDown: Refusal | undefined;
  #ups = 0;
  #timeouts = 0;
  #running: Promise<void> | undefined;

  constructor(options: LineOptions) {
    this.#options = options;
  }

  open(): void {
    this.#running ??= this.#run();
  }

  /** Rejects with `controller-unreachable` at once while the line is down. */
  async exchange<T extends object>(command: Command<T>): Promise<T> {
    if (this.#current === undefined || !this.#up) throw this.#whyDown ?? unreachable('the line is not open yet');
    return this.#current.exchange(command);
  }

  health(): LineHealth {
    const roundTripMs = this.#trips.median();
    return {
      state: this.#up ? 'up' : 'down',
      reopened: Math.max(0, this.#ups - 1),
      timeouts: this.#timeouts,
      ...(roundTripMs !== undefined && { roundTripMs }),
    };
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#current?.end(unreachable('the line was closed'));
    await this.#running;
  }

  async #run(): Promise<void> {
    const { firstPauseMs, mostPauseMs } = this.#options.timing;
    let pauseMs = firstPauseMs;
    while (!this.#closing.signal.aborted) {
      const before = this.#ups;
      await this.#connection();
      if (this.#ups > before) pauseMs = firstPauseMs;
      await delay(pauseMs, undefined, { signal: this.#closing.signal }).catch(() => {});
      pauseMs = Math.min(pauseMs * 2, mostPauseMs);
    }
  }

  /** One connection from its opening to its end. */
  async #connection(): Promise<void> {
    const { openTransport, timing, greet, heard } = this.#options;
    let transport: Transport | undefined;
    const conversation = new Conversation({
      ...timing,
      write: (text) => transport?.write(text),
      unclaimed: heard,
      answered: (roundTripMs) => this.#trips.add(roundTripMs),
      timedOut: () => {
        this.#timeouts += 1;
      },
    });
    this.#current = conversation;
    try {
      const listener = {
        line: (text: string) => conversation.hear(text),
        closed: (cause?: Error) => conversation.end(unreachable('the line went away', cause)),
      };
      transport = await openTransport(listener, { deadlineMs: timing.openMs, signal: this.#closing.signal });
      await greet(conversation);
      this.#cameUp();
    } catch (cause) {
      conversation.end(cause instanceof Refusal ? cause : unreachable('the line does not open', cause));
    }
    this.#wentDown(await conversation.ended);
    await transport?.close();
  }

  #cameUp(): void {
    if (this.#closing.signal.aborted) return;
    this.#up = true;
    this.#whyDown = undefined;
    this.#ups += 1;
    this.#options.log('info', 'line-up', { reopened: this.#ups - 1 });
    this.#options.up();
  }

  #wentDown(why: Refusal): void {
    this.#current = undefined;
    const news = this.#up || this.#whyDown === undefined;
    this.#up = false;
    this.#whyDown = why;
    if (!news || this.#closing.signal.aborted) return;
    this.#options.log('warn', 'line-down', { why });
    this.#options.down(why);
  }
}

function unreachable(detail: string, cause?: unknown): Refusal {
  return new Refusal('controller-unreachable', detail, cause === undefined ? {} : { cause });
}
