import { alarmNames, decodeAlarm } from '../protocol/alarm.ts';
import { decodeBirth } from '../protocol/birth.ts';
import { glanceAt } from '../protocol/glance.ts';
import { decodeHealth } from '../protocol/health.ts';
import type { Decoded, Refusal } from '../protocol/refusal.ts';
import { decodeState } from '../protocol/state.ts';
import { parseTopic, type StationChannel, type Topic } from '../protocol/topics.ts';
import type { BusMessage } from './bus/bus.ts';
import { Lanes } from './bus/lanes.ts';
import type { Log } from './log.ts';
import type { Roster } from './roster/roster.ts';
import { TokenBucket } from './token-bucket.ts';

/** More than any window of a well-behaved station or client. */
const LANE_LIMIT = 256;

/** Lines about revoked stations that go on speaking. */
const LINES = { perSecond: 1 / 60, burst: 5 };

type FromStation = Extract<Topic, { from: 'station' }>;

interface Work {
  readonly topic: FromStation | { readonly client: string };
  readonly payload: Uint8Array;
  /** Counted in `#waiting` until it is handled. */
  readonly counted?: string;
}

export interface InboundOptions {
  readonly centre: string;
  readonly roster: Roster;
  readonly log: Log;
  /** Whether nothing of this station is to be believed, though its session may go on. */
  readonly isRevoked: (station: string) => boolean;
  readonly report: (station: string, payload: Uint8Array) => Promise<void>;
  readonly pull: (station: string, payload: Uint8Array) => Promise<void>;
  readonly request: (client: string, payload: Uint8Array) => Promise<void>;
  /** A request above what a client may have waiting; answered without being read. */
  readonly tooMany: (client: string, payload: Uint8Array) => void;
  /** The station said anew what it is, or whether it is online. */
  readonly heard: (station: string) => Promise<void>;
  /** The station now says that it belongs to these groups. */
  readonly regrouped: (station: string, groups: readonly string[]) => Promise<void>;
}

/** Everything that comes in over the bus, in order per sender. What is not understood is logged and dropped [P-21]. */
export class Inbound {
  readonly #options: InboundOptions;
  readonly #lanes: Lanes<Work>;
  /** Of what waits in the clients' ordinary lanes: how often each names an order. */
  readonly #waiting = new Map<string, number>();
  readonly #lines = new TokenBucket(LINES);
  #dropped = 0;
  #unheardOf = 0;
  #closed = false;

  constructor(options: InboundOptions) {
    this.#options = options;
    this.#lanes = new Lanes({
      limit: LANE_LIMIT,
      handle: (_lane, work) => this.#handle(work),
      dropped: (lane, work) => this.#drop(lane, work),
      log: options.log,
    });
  }

  take({ topic, payload }: BusMessage): void {
    if (this.#closed) return;
    const parsed = parseTopic(this.#options.centre, topic);
    if (parsed !== undefined && 'client' in parsed && parsed.channel === 'order') {
      this.#pushRequest(parsed, payload);
    } else if (parsed !== undefined && 'from' in parsed) {
      if (this.#options.isRevoked(parsed.station)) this.#unheard(parsed.station);
      else this.#lanes.push(`station ${parsed.station}`, { topic: parsed, payload });
    } else {
      this.#options.log('warn', 'unknown-topic', { topic: topic.slice(0, 200) });
    }
  }

  /** Takes nothing more and finishes what it has; what is not acknowledged comes again. */
  close(): Promise<void> {
    this.#closed = true;
    return this.#lanes.idle();
  }

  /**
   * A client's emergencies and cancellations pass its other requests [P-80], except those about an order that waits
   * among them: a cancellation that came before its order would be refused.
   */
  #pushRequest(topic: { readonly client: string }, payload: Uint8Array): void {
    const { urgent, id = '' } = glanceAt(payload);
    const counted = `${topic.client} ${id}`;
    if (urgent && !this.#waiting.has(counted)) {
      this.#lanes.push(`client ${topic.client}, urgent`, { topic, payload });
    } else {
      this.#waiting.set(counted, (this.#waiting.get(counted) ?? 0) + 1);
      this.#lanes.push(`client ${topic.client}`, { topic, payload, counted });
    }
  }

  #uncount({ counted = '' }: Work): void {
    const left = (this.#waiting.get(counted) ?? 0) - 1;
    if (left > 0) this.#waiting.set(counted, left);
    else this.#waiting.delete(counted);
  }

  async #handle(work: Work): Promise<void> {
    const { topic, payload } = work;
    if (!('client' in topic)) return this.#fromStation(topic, payload);
    await this.#options.request(topic.client, payload).finally(() => this.#uncount(work));
  }

  async #fromStation(topic: FromStation, payload: Uint8Array): Promise<void> {
    const { roster, report, pull, heard } = this.#options;
    const { station } = topic;
    const channel: StationChannel | 'alarm' = topic.channel;
    switch (channel) {
      case 'report':
        return report(station, payload);
      case 'pull':
        return pull(station, payload);
      case 'birth':
        return this.#birth(station, payload);
      case 'state':
        this.#read(station, 'state', decodeState(payload), (state) => roster.state(station, state));
        return heard(station);
      case 'health':
        return this.#read(station, 'health', decodeHealth(payload), (health) => roster.health(station, health));
      case 'alarm':
        return this.#alarm(station, 'alarm' in topic ? topic.alarm : '', payload);
    }
  }

  /** An empty message clears the alarm: that is how MQTT deletes what is retained. */
  #alarm(station: string, name: string, payload: Uint8Array): void {
    const { roster, log } = this.#options;
    if (!(alarmNames as readonly string[]).includes(name)) {
      log('warn', 'alarm-unknown', { station, alarm: name });
      return;
    }
    if (payload.byteLength === 0) roster.alarm(station, name, undefined);
    else this.#read(station, 'alarm', decodeAlarm(payload), (alarm) => roster.alarm(station, name, alarm));
  }

  async #birth(station: string, payload: Uint8Array): Promise<void> {
    const { roster, regrouped, heard } = this.#options;
    const birth = decodeBirth(payload);
    if (!birth.ok) return this.#unreadable(station, 'birth', birth.refusal);
    if (birth.value.station !== station) {
      return this.#options.log('warn', 'birth-of-another', { station, names: birth.value.station });
    }
    if (await roster.birth(station, birth.value)) await regrouped(station, birth.value.groups);
    await heard(station);
  }

  #read<T>(station: string, channel: string, decoded: Decoded<T>, use: (value: T) => void): void {
    if (decoded.ok) use(decoded.value);
    else this.#unreadable(station, channel, decoded.refusal);
  }

  #unreadable(station: string, channel: string, error: Refusal): void {
    this.#options.log('warn', 'message-unreadable', { station, channel, error });
  }

  #unheard(station: string): void {
    this.#unheardOf++;
    if (this.#lines.take()) this.#options.log('warn', 'revoked-station', { station, total: this.#unheardOf });
  }

  #drop(lane: string, work: Work): void {
    const { topic, payload } = work;
    this.#uncount(work);
    this.#dropped++;
    // A flood must not become a flood of lines.
    if (this.#dropped % 100 === 1) this.#options.log('warn', 'messages-dropped', { lane, total: this.#dropped });
    if ('client' in topic) this.#options.tooMany(topic.client, payload);
  }
}
