import { type IPublishPacket, type Packet, parser } from 'mqtt-packet';
import * as v from 'valibot';
import { peekType } from '../../protocol/envelope.ts';
import { parseTopic } from '../../protocol/topics.ts';
import type { Ear } from '../../simulator/link/link.ts';
import type { Told } from './checker/history.ts';

/** What is seen to pass between a station and the broker. */
export type Passing =
  | 'order-arrives'
  /** The station's PUBACK for an order or a cancellation. */
  | 'order-noted'
  | 'index-arrives'
  | 'ready-reported'
  | 'report-sent'
  | 'ack-arrives';

export interface WireOptions {
  readonly centre: string;
  readonly onPassing: (what: Passing) => void;
  /** The station has acknowledged a message that ends these. */
  readonly onTold: (told: Told) => void;
}

type Ended = Omit<Told, 'at'>;

const orderPayload = v.object({
  id: v.string(),
  rev: v.number(),
  priority: v.optional(v.string()),
  expiresAt: v.optional(v.string()),
});
const indexPayload = v.object({
  generation: v.number(),
  cancelled: v.array(v.object({ id: v.string(), rev: v.number() })),
});
const reportPayload = v.object({ outcome: v.string() });
/** An update that is over when it arrives replaces nothing. */
const LEAST_LEFT_MS = 10_000;

/** Listens on one station's wire, through all its connections. Reads signed messages without verifying them. */
export class Wire {
  readonly #options: WireOptions;
  readonly #generations = new Map<string, number>();
  /** Without keys a station can verify nothing, and acknowledges what it has not taken in. */
  #hasKeys = false;

  constructor(options: WireOptions) {
    this.#options = options;
  }

  connection(): Ear {
    const unacknowledged = new Map<number, () => void>();
    let hasTodaysKeys = false;
    const up = parser({ protocolVersion: 4 });
    up.on('packet', (packet: Packet) => {
      if (packet.cmd === 'publish') this.#goesUp(packet);
      if (packet.cmd !== 'puback' || packet.messageId === undefined) return;
      const taken = unacknowledged.get(packet.messageId);
      unacknowledged.delete(packet.messageId);
      taken?.();
    });
    const down = parser({ protocolVersion: 4 });
    down.on('packet', (packet: Packet) => {
      if (packet.cmd !== 'publish') return;
      const taken = this.#comesDown(packet, hasTodaysKeys);
      hasTodaysKeys ||= packet.topic.endsWith('/all/keys');
      if (packet.messageId !== undefined && taken !== undefined) unacknowledged.set(packet.messageId, taken);
    });
    return { up: (chunk) => void up.parse(chunk), down: (chunk) => void down.parse(chunk) };
  }

  #goesUp({ topic, payload }: IPublishPacket): void {
    const { centre, onPassing } = this.#options;
    const parsed = parseTopic(centre, topic);
    if (parsed === undefined || !('channel' in parsed) || parsed.channel !== 'report') return;
    const report = read(payload, reportPayload);
    if (report?.outcome === 'ready') onPassing('ready-reported');
    onPassing('report-sent');
  }

  /** Gives what is known as soon as the station has acknowledged the message. */
  #comesDown({ topic, payload }: IPublishPacket, hasTodaysKeys: boolean): (() => void) | undefined {
    const { centre, onPassing } = this.#options;
    const parsed = parseTopic(centre, topic);
    if (parsed === undefined || !('to' in parsed)) return undefined;
    switch (parsed.channel) {
      case 'keys':
        return () => {
          this.#hasKeys = true;
        };
      case 'ack':
        onPassing('ack-arrives');
        return undefined;
      case 'index': {
        const ended = this.#endedByIndex(topic, payload);
        onPassing('index-arrives');
        return () => this.#tell(ended);
      }
      case 'order': {
        const ended = endedByOrder(payload, hasTodaysKeys);
        onPassing('order-arrives');
        return () => {
          this.#tell(ended);
          onPassing('order-noted');
        };
      }
      default:
        return undefined;
    }
  }

  /** An index that is older than one before is not obeyed. */
  #endedByIndex(topic: string, payload: string | Buffer): readonly Ended[] {
    const index = read(payload, indexPayload);
    if (index === undefined || index.generation < (this.#generations.get(topic) ?? 0)) return [];
    this.#generations.set(topic, index.generation);
    return index.cancelled.map(({ id, rev }) => ({ id, upTo: rev }));
  }

  #tell(ended: readonly Ended[]): void {
    if (!this.#hasKeys) return;
    for (const each of ended) this.#options.onTold({ ...each, at: Date.now() });
  }
}

/** Of updates only warnings are taken in at any time; without today's keys not even they [P-72]. */
function endedByOrder(payload: string | Buffer, hasTodaysKeys: boolean): readonly Ended[] {
  const order = read(payload, orderPayload);
  if (order === undefined) return [];
  if (peekType(Buffer.from(payload)) === 'loa-cancel') return [{ id: order.id, upTo: order.rev }];
  const stands = Date.parse(order.expiresAt ?? '') > Date.now() + LEAST_LEFT_MS;
  const replaces = hasTodaysKeys && order.priority === 'emergency' && order.rev > 1;
  return stands && replaces ? [{ id: order.id, upTo: order.rev - 1 }] : [];
}

function read<T>(token: string | Buffer, schema: v.GenericSchema<unknown, T>): T | undefined {
  const [, payload = ''] = token.toString().split('.');
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), schema), Buffer.from(payload, 'base64url').toString());
  return parsed.success ? parsed.output : undefined;
}
