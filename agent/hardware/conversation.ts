import { Refusal } from '../../protocol/refusal.ts';

/** Something to say to a device, and how to know its answer. */
export interface Command<T extends object> {
  /** The line to send, with its line end. */
  readonly text: string;
  /** The answer, if this line is it; undefined leaves the line to others. */
  read(line: string): T | undefined;
}

export interface ConversationOptions {
  write(text: string): void;
  /** A line that answers nothing: an event, a late answer, noise. */
  unclaimed(line: string): void;
  answered(roundTripMs: number): void;
  /** An answer did not come within `answerMs`. */
  timedOut(): void;
  readonly answerMs: number;
  /** How often a command is sent, always the same bytes: the device recognises a repetition. */
  readonly attempts: number;
}

interface Waiting {
  readonly text: string;
  /** Whether the line was the answer. */
  take(line: string): boolean;
  refuse(why: Refusal): void;
}

/**
 * One connection's questions and answers.
 * Invariant: at most one command is in flight; the others wait in the order they came. A device without a queue of its
 * own (every one we know) would mix up their answers.
 */
export class Conversation {
  /** Resolves once, when this connection is good for nothing any more, with the reason. */
  readonly ended: Promise<Refusal>;
  readonly #options: ConversationOptions;
  readonly #queue: Waiting[] = [];
  #inFlight: Waiting | undefined;
  #deadline: NodeJS.Timeout | undefined;
  #sentAt = 0;
  #over: Refusal | undefined;
  #resolveEnded: (why: Refusal) => void = () => {};

  constructor(options: ConversationOptions) {
    this.#options = options;
    this.ended = new Promise((resolve) => {
      this.#resolveEnded = resolve;
    });
  }

  /** Rejects with `controller-unreachable` when no answer came to any attempt; the conversation has ended then. */
  exchange<T extends object>(command: Command<T>): Promise<T> {
    const over = this.#over;
    if (over !== undefined) return Promise.reject(over);
    return new Promise((resolve, reject) => {
      const take = (line: string): boolean => {
        const answer = command.read(line);
        if (answer !== undefined) resolve(answer);
        return answer !== undefined;
      };
      this.#queue.push({ text: command.text, take, refuse: reject });
      this.#next();
    });
  }

  hear(line: string): void {
    if (this.#inFlight?.take(line) !== true) {
      this.#options.unclaimed(line);
      return;
    }
    clearTimeout(this.#deadline);
    this.#inFlight = undefined;
    this.#options.answered(performance.now() - this.#sentAt);
    this.#next();
  }

  end(why: Refusal): void {
    if (this.#over !== undefined) return;
    this.#over = why;
    clearTimeout(this.#deadline);
    for (const waiting of [this.#inFlight, ...this.#queue.splice(0)]) waiting?.refuse(why);
    this.#inFlight = undefined;
    this.#resolveEnded(why);
  }

  #next(): void {
    if (this.#inFlight !== undefined) return;
    this.#inFlight = this.#queue.shift();
    if (this.#inFlight !== undefined) this.#send(this.#inFlight, 1);
  }

  #send(waiting: Waiting, attempt: number): void {
    const { answerMs, attempts } = this.#options;
    this.#sentAt = performance.now();
    this.#deadline = setTimeout(() => {
      this.#options.timedOut();
      if (attempt < attempts) return this.#send(waiting, attempt + 1);
      this.end(new Refusal('controller-unreachable', `no answer within ${attempts} × ${answerMs} ms`));
    }, answerMs);
    this.#options.write(waiting.text);
  }
}
