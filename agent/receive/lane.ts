import type { Message } from '../link/link.ts';

/** What is to be done about a message that was read. */
export type Act = () => Promise<void>;

export interface LaneOptions {
  /** What may wait: above either, more is not taken. */
  readonly messages: number;
  readonly bytes: number;
  /** Reads a message, so many side by side. */
  readonly read: (message: Message) => Promise<Act>;
  /** What was read is acted on when this resolves. */
  readonly turn: () => Promise<void>;
  /** Hears whenever nothing waits any more. */
  readonly onEmpty: () => void;
}

interface Waiting {
  readonly message: Message;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Read side by side, and written to the journal together. */
const AT_ONCE = 16;

/** Messages that wait to be handled. Acts begin in the order of arrival, so what they decide is decided in that order. */
export class Lane {
  readonly #options: LaneOptions;
  #waiting: Waiting[] = [];
  #bytes = 0;
  #running: Promise<void> | undefined;

  constructor(options: LaneOptions) {
    this.#options = options;
  }

  hasRoom({ payload }: Message): boolean {
    const { messages, bytes } = this.#options;
    return this.#waiting.length < messages && this.#bytes + payload.byteLength <= bytes;
  }

  /** Resolves when the message was handled; rejects with what its act does. */
  push(message: Message): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#bytes += message.payload.byteLength;
      this.#waiting.push({ message, resolve, reject });
      this.#running ??= this.#run();
    });
  }

  /** Counts as handled what still waits of this topic: something newer says all of it. */
  supersede(topic: string): void {
    const [superseded, others] = partition(this.#waiting, ({ message }) => message.topic === topic);
    this.#waiting = others;
    for (const { message, resolve } of superseded) {
      this.#bytes -= message.payload.byteLength;
      resolve();
    }
  }

  /** Resolves when nothing waits and nothing is being handled. */
  async idle(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
  }

  /** Forgets what waits; resolves when what is being handled has been. */
  async close(): Promise<void> {
    this.#waiting = [];
    await this.idle();
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, AT_ONCE);
      for (const { message } of batch) this.#bytes -= message.payload.byteLength;
      const acts = await Promise.all(batch.map(({ message }) => this.#options.read(message).catch(failing)));
      await this.#options.turn();
      await Promise.all(batch.map(({ resolve, reject }, at) => acts[at]?.().then(resolve, reject)));
    }
    this.#running = undefined;
    this.#options.onEmpty();
  }
}

const failing =
  (error: unknown): Act =>
  () =>
    Promise.reject(error);

function partition<T>(all: readonly T[], fits: (each: T) => boolean): [T[], T[]] {
  return [all.filter(fits), all.filter((each) => !fits(each))];
}
