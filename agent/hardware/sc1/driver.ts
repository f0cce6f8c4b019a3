import type { Refusal } from '../../../protocol/refusal.ts';
import type { Log } from '../../log.ts';
import type { Conversation } from '../conversation.ts';
import { Line, type LineTiming, usualTiming } from '../line.ts';
import { Listeners } from '../listeners.ts';
import type {
  Amplifier,
  Hardware,
  HardwareEvent,
  HardwareTraits,
  LineHealth,
  Readings,
  ZoneReading,
  Zones,
  ZoneWiring,
} from '../ports.ts';
import type { OpenTransport } from '../transport.ts';
import { type Hello, readHello, readSenses, readStatus, type Senses, type Status } from './answers.ts';
import { Commands, dataOf } from './commands.ts';
import { Conditions } from './conditions.ts';
import { Contacts } from './contacts.ts';
import { meaningOf } from './events.ts';
import { parseFrame, type Sc1Event } from './frame.ts';
import { traitsOf } from './traits.ts';
import { Wiring } from './wiring.ts';

/** A quiet line is asked for its state this often: a wedged or restarted controller must not go unnoticed. */
const WATCH_MS = 2000;

export interface Sc1Options {
  readonly openTransport: OpenTransport;
  readonly zones: readonly ZoneWiring[];
  readonly log: Log;
  readonly timing?: Partial<LineTiming>;
}

/** Our station controller; its line protocol is the table in this folder's README. */
export class Sc1 implements Hardware {
  readonly zones: Zones;
  readonly amplifier: Amplifier;
  readonly #wiring: Wiring;
  readonly #line: Line;
  readonly #log: Log;
  readonly #commands = new Commands();
  readonly #conditions = new Conditions();
  readonly #contacts = new Contacts();
  readonly #listeners: Listeners;
  #hello: Hello | undefined;
  #news: readonly HardwareEvent[] = [];
  #watch: NodeJS.Timeout | undefined;

  /** Throws a Refusal (`invalid-fields`) when the zones cannot be wired to sc1's relays. */
  constructor({ openTransport, zones, log, timing }: Sc1Options) {
    this.#log = log;
    this.#wiring = new Wiring(zones);
    this.#listeners = new Listeners(log);
    this.#line = new Line({
      openTransport,
      log,
      timing: { ...usualTiming, ...timing },
      greet: (conversation) => this.#greet(conversation),
      up: () => this.#cameUp(),
      down: (refusal) => this.#wentDown(refusal),
      heard: (line) => this.#heard(line),
    });
    this.zones = {
      hold: async (names, leaseMs) => {
        const mask = this.#wiring.maskOf(names);
        if (mask === 0) await this.#ask('OFF');
        else await this.#ask('ON', hex(mask), leaseMs);
      },
      keep: async (leaseMs) => void (await this.#ask('KEEP', leaseMs)),
      release: async () => void (await this.#ask('OFF')),
      readBack: async () => {
        return this.#zonesIn(await this.#status());
      },
    };
    this.amplifier = {
      power: async (on) => void (await this.#ask('AMP', onOff(on))),
      mute: async (on) => void (await this.#ask('MUTE', onOff(on))),
      level: async (percent) => void (await this.#ask('GAIN', Math.round(percent))),
      sense: async () => (await this.#senses()).output,
    };
  }

  get traits(): HardwareTraits {
    return traitsOf(this.#hello);
  }

  open(): void {
    this.#line.open();
  }

  listen(listener: (event: HardwareEvent) => void): () => void {
    return this.#listeners.add(listener);
  }

  async readings(): Promise<Readings> {
    const [status, senses] = await Promise.all([this.#status(), this.#senses()]);
    const { temperatureC, mainsV, batteryV, currentsA } = senses;
    return {
      ...(this.#hello !== undefined && { firmware: this.#hello.firmware }),
      ...(temperatureC !== undefined && { temperatureC }),
      ...(mainsV !== undefined && { mainsV }),
      ...(batteryV !== undefined && { batteryV }),
      zones: this.#wiring.bits.map(({ zone, relay, bit }) => {
        const currentA = currentsA[relay - 1];
        const closed = ((status.contacts ?? status.commanded) & bit) !== 0;
        return { zone, closed, ...(currentA !== undefined && { currentA }) };
      }),
    };
  }

  lineHealth(): LineHealth {
    return this.#line.health();
  }

  async close(): Promise<void> {
    clearInterval(this.#watch);
    if (this.#line.health().state === 'up') {
      // What cannot be said any more, the lease's end does.
      await Promise.allSettled([this.#ask('OFF'), this.#ask('MUTE', 'on')]);
    }
    await this.#line.close();
  }

  /** Invariant: when the line comes up nobody owns the relays, so they are opened before anyone may speak. */
  async #greet(conversation: Conversation): Promise<void> {
    const ask = async (verb: string, ...args: readonly string[]): Promise<readonly string[]> =>
      dataOf(verb, await conversation.exchange(this.#commands.next(verb, ...args)));
    const hello = readHello(await ask('HELLO'));
    await ask('OFF');
    await ask('MUTE', 'on');
    const status = readStatus(await ask('STAT'));
    this.#news = [
      ...this.#recognise(hello),
      ...this.#conditions.replace(status.conditions),
      ...this.#contacts.read(this.#zonesIn(status)),
    ];
  }

  /** Remembers who answers; says `rebooted` if it has started anew since it was asked last. */
  #recognise(hello: Hello): readonly HardwareEvent[] {
    const before = this.#hello;
    this.#hello = hello;
    for (const { zone, relay } of this.#wiring.bits) {
      if (relay > hello.relays) this.#log('error', 'relay-missing', { zone, relay, relays: hello.relays });
    }
    return before === undefined || before.boot === hello.boot ? [] : [{ type: 'rebooted', cause: hello.cause }];
  }

  #cameUp(): void {
    this.#tell([...this.#news, { type: 'up' }]);
    this.#watch = setInterval(() => {
      // A failure is the line's to tell: it goes down.
      this.#status().catch((why: unknown) => this.#log('debug', 'watch-failed', { why }));
    }, WATCH_MS);
  }

  #wentDown(refusal: Refusal): void {
    clearInterval(this.#watch);
    this.#tell([{ type: 'down', refusal }]);
  }

  async #ask(verb: string, ...args: readonly (string | number)[]): Promise<readonly string[]> {
    return dataOf(verb, await this.#line.exchange(this.#commands.next(verb, ...args)));
  }

  async #status(): Promise<Status> {
    const status = readStatus(await this.#ask('STAT'));
    if (status.boot !== this.#hello?.boot) await this.#greetAgain();
    this.#tell([...this.#conditions.replace(status.conditions), ...this.#contacts.read(this.#zonesIn(status))]);
    return status;
  }

  #zonesIn({ commanded, contacts }: Status): readonly ZoneReading[] {
    return this.#wiring.bits.map(({ zone, bit }) => ({
      zone,
      commanded: (commanded & bit) !== 0,
      ...(contacts !== undefined && { sensed: (contacts & bit) !== 0 }),
    }));
  }

  async #senses(): Promise<Senses> {
    return readSenses(await this.#ask('SENS'));
  }

  /** A controller that restarted under an open line has opened its relays by itself; only its story is asked for. */
  async #greetAgain(): Promise<void> {
    this.#tellRestart(readHello(await this.#ask('HELLO')));
  }

  #tellRestart(hello: Hello): void {
    const news = this.#recognise(hello);
    if (news.length > 0) this.#tell([...news, { type: 'up' }]);
  }

  #heard(line: string): void {
    const parsed = parseFrame(line);
    if (!parsed.ok) {
      this.#log('debug', 'line-noise', { reason: parsed.reason });
      return;
    }
    // A reply here is late or stale. What happened before we greeted is in the answers to the greeting.
    if (parsed.frame.kind === 'event' && this.#line.health().state === 'up') this.#happened(parsed.frame);
  }

  #happened(frame: Sc1Event): void {
    const meaning = meaningOf(frame);
    switch (meaning.type) {
      case 'lease-lost':
        this.#tell([{ type: 'lease-lost' }]);
        break;
      case 'boot':
        if (this.#hello !== undefined) {
          this.#tellRestart({ ...this.#hello, boot: meaning.boot, cause: meaning.cause });
        }
        break;
      case 'condition':
        this.#tell(this.#conditions.set(meaning.name, meaning.on));
        break;
      case 'unknown':
        this.#log('debug', 'event-unknown', { event: frame.event });
    }
  }

  #tell(events: readonly HardwareEvent[]): void {
    for (const event of events) this.#listeners.tell(event);
  }
}

const hex = (mask: number): string => mask.toString(16).toUpperCase();
const onOff = (on: boolean): string => (on ? 'on' : 'off');
