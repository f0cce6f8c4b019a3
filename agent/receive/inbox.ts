import { glanceAt } from '../../protocol/glance.ts';
import { parseTopic } from '../../protocol/topics.ts';
import type { Message } from '../link/link.ts';
import { type Act, Lane } from './lane.ts';

export interface InboxOptions {
  readonly centre: string;
  readonly read: (message: Message) => Promise<Act>;
  /** Something was passed over, and there is room again: what was passed over is to be looked for in the index. */
  readonly onRoomAgain: () => void;
  /** What came could not be written down, and counts as passed over until something can. */
  readonly onUnwritten: (error: unknown) => void;
}

/** More than two full indexes hold, and what a board can spare. */
const MOST_MESSAGES = 1_000;
const MOST_BYTES = 4 * 1_048_576;

/**
 * What has come and is not handled yet [P-80]: emergencies, cancellations and the centre's own short words in one lane,
 * all other orders in another, so that a flood of those delays neither. What has no room is passed over: it counts as
 * received, for the index lists whatever is in force and is compared again once there is room [P-32].
 */
export class Inbox {
  readonly #centre: string;
  readonly #urgent: Lane;
  readonly #others: Lane;
  readonly #onUnwritten: (error: unknown) => void;
  #passedOver = false;

  constructor({ centre, read, onRoomAgain, onUnwritten }: InboxOptions) {
    this.#centre = centre;
    this.#onUnwritten = onUnwritten;
    const onEmpty = () => {
      if (!this.#passedOver) return;
      this.#passedOver = false;
      onRoomAgain();
    };
    const room = { messages: MOST_MESSAGES, bytes: MOST_BYTES, read };
    const urgent = new Lane({ ...room, turn: async () => {}, onEmpty: () => {} });
    // Whatever overtakes them, they overtake nothing: a cancellation that came first is booked first.
    this.#others = new Lane({ ...room, turn: () => urgent.idle(), onEmpty });
    this.#urgent = urgent;
  }

  /** Resolves when the message was handled or passed over. Never rejects. */
  async take(message: Message): Promise<void> {
    const parsed = parseTopic(this.#centre, message.topic);
    if (parsed === undefined || !('to' in parsed)) return;
    // Behind the orders that it lists, or each of them would be pulled.
    if (parsed.channel === 'index') {
      this.#others.supersede(message.topic);
      return this.#push(this.#others, message);
    }
    const lane = parsed.channel === 'order' && !glanceAt(message.payload).urgent ? this.#others : this.#urgent;
    if (lane.hasRoom(message)) return this.#push(lane, message);
    this.#passedOver = true;
  }

  /** A card that has failed ends no connection: a warning may follow. */
  #push(lane: Lane, message: Message): Promise<void> {
    return lane.push(message).catch((error: unknown) => this.#onUnwritten(error));
  }

  /** Forgets what waits; resolves when what is being handled has been. */
  async close(): Promise<void> {
    await Promise.all([this.#urgent.close(), this.#others.close()]);
  }
}
