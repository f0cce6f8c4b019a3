import { encodeBirth } from '../../protocol/birth.ts';
import { encodeHealth, type Health } from '../../protocol/health.ts';
import { encodePull, type Pull } from '../../protocol/pull.ts';
import { encodeState } from '../../protocol/state.ts';
import { topics } from '../../protocol/topics.ts';
import type { Log } from '../log.ts';
import { type BirthFacts, birthOf } from './birth.ts';
import type { Link, Message } from './link.ts';

export interface VoiceOptions {
  readonly centre: string;
  readonly station: string;
  /** Id of this start. */
  readonly boot: string;
  readonly log: Log;
  readonly link: () => Pick<Link, 'up' | 'publish'>;
}

/** What a station says of itself, besides its reports: lost while the link is down, for each is said again. */
export class Voice {
  readonly #options: VoiceOptions;

  constructor(options: VoiceOptions) {
    this.#options = options;
  }

  publish(message: Message, qos: 0 | 1, retain = false): void {
    const { link, log } = this.#options;
    if (!link().up) return;
    link()
      .publish(message, { qos, retain })
      .catch((error: unknown) => log('debug', 'publish-failed', { error }));
  }

  pull(wanted: Partial<Pull>): void {
    this.publish({ topic: this.#topic('pull'), payload: encodePull({ orders: [], ...wanted }) }, 1);
  }

  birth(facts: Omit<BirthFacts, 'boot'>): void {
    const birth = birthOf({ ...facts, boot: this.#options.boot });
    this.publish({ topic: this.#topic('birth'), payload: encodeBirth(birth) }, 1, true);
  }

  health(health: Health): void {
    this.publish({ topic: this.#topic('health'), payload: encodeHealth(health) }, 0);
  }

  online(connection: number): void {
    this.publish(this.state('online', connection), 1, true);
  }

  /** Also its will, and its farewell. */
  state(condition: 'online' | 'offline', connection: number): Message {
    const payload = encodeState({ state: condition, boot: this.#options.boot, connection });
    return { topic: this.#topic('state'), payload };
  }

  #topic(channel: 'pull' | 'birth' | 'health' | 'state'): string {
    return topics.from(this.#options.centre, this.#options.station, channel);
  }
}
