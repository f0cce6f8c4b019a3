import { encodeAck } from '../../protocol/ack.ts';
import type { SigningKey } from '../../protocol/envelope.ts';
import { topics } from '../../protocol/topics.ts';
import type { Background } from '../background.ts';
import type { Bus } from '../bus/bus.ts';
import type { Head } from './store.ts';

interface AcknowledgerOptions {
  readonly centre: string;
  readonly bus: Bus;
  readonly signer: () => SigningKey;
  readonly background: Background;
}

/**
 * Sends acknowledgements, one on its way per journal: while it is, later ones replace each other. A lost one is not
 * repeated; the station sends its reports again and is answered again [P-41].
 */
export class Acknowledger {
  readonly #options: AcknowledgerOptions;
  readonly #waiting = new Map<string, Head>();
  readonly #sending = new Set<string>();

  constructor(options: AcknowledgerOptions) {
    this.#options = options;
  }

  acknowledge(heads: readonly Head[]): void {
    for (const head of heads) {
      const journal = `${head.station} ${head.epoch}`;
      this.#waiting.set(journal, head);
      if (!this.#sending.has(journal)) this.#options.background.run('acknowledge', this.#send(journal));
    }
  }

  async #send(journal: string): Promise<void> {
    this.#sending.add(journal);
    try {
      for (let head = this.#take(journal); head !== undefined; head = this.#take(journal)) {
        const { centre, bus, signer } = this.#options;
        const ack = await encodeAck({ centre, station: head.station, epoch: head.epoch, seq: head.seq }, signer());
        await bus.publish(topics.to(centre, head.station, 'ack'), ack, { qos: 1, retain: false });
      }
    } finally {
      this.#sending.delete(journal);
    }
  }

  #take(journal: string): Head | undefined {
    const head = this.#waiting.get(journal);
    this.#waiting.delete(journal);
    return head;
  }
}
