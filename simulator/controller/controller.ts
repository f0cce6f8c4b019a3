import { randomBytes } from 'node:crypto';
import { encodeFrame, type Log, MAX_SEQUENCE } from '../../agent/entry.ts';
import type { Loudspeaker, OutputState } from '../ports.ts';
import { Board } from './board.ts';
import { Dialogue } from './dialogue.ts';
import type { ControllerFaults, ResetCause } from './faults.ts';
import { Lease } from './lease.ts';
import { Noise } from './noise.ts';
import { PtyWire } from './pty-wire.ts';
import { sensed } from './readings.ts';
import { TcpWire } from './tcp-wire.ts';
import { Timeline, type TimelineEntry } from './timeline.ts';
import { perform } from './verbs.ts';
import type { Wire } from './wire.ts';

export interface ControllerOptions {
  /** How many relays it has, 1 to 16. */
  readonly zones: number;
  /** A pty at this path (needs socat), or a TCP port on the loopback address (0: any free one). */
  readonly transport: { readonly pty: string } | { readonly tcp: number };
  readonly loudspeaker: Loudspeaker;
  readonly log: Log;
}

export interface ControllerState extends OutputState {
  readonly boot: string;
  readonly resetCause: ResetCause;
  /** By relay number minus one, like `closed`, which is what really is. */
  readonly commanded: readonly boolean[];
  readonly sensed: readonly boolean[];
  /** Absent when nobody holds a lease. */
  readonly leaseMs?: number;
  readonly plugged: boolean;
  readonly wedged: boolean;
  readonly conditions: readonly string[];
}

/** A virtual station controller, ready to be opened by a station. */
export interface Controller {
  /** For the station's configuration: `serial:…` or `tcp://…`. */
  readonly line: string;
  /** Every change of the real output since power-on, the latest 10,000. */
  readonly timeline: readonly TimelineEntry[];
  readonly faults: ControllerFaults;
  state(): ControllerState;
  close(): Promise<void>;
}

/** Powers a virtual sc1 controller on. Rejects if its device or port cannot be made. */
export async function startController(options: ControllerOptions): Promise<Controller> {
  if (!(options.zones >= 1 && options.zones <= 16)) throw new RangeError('an sc1 controller has 1 to 16 relays');
  const controller = new VirtualController(options);
  await controller.faults.replug();
  return controller;
}

class VirtualController implements Controller {
  readonly faults: ControllerFaults;
  readonly #log: Log;
  readonly #wire: Wire;
  readonly #board: Board;
  readonly #dialogue: Dialogue;
  readonly #timeline = new Timeline();
  readonly #noise = new Noise();
  readonly #conditions = new Set<string>();
  readonly #lease = new Lease(() => this.#lapsed());
  #boot: { readonly id: string; readonly cause: ResetCause } = newBoot('POWER');
  #plugged = false;
  #wedged = false;
  #events = 0;
  #rewrite: ((reply: string) => readonly string[]) | undefined;

  constructor({ zones, transport, loudspeaker, log }: ControllerOptions) {
    this.#log = log;
    this.#timeline.add({ what: 'boot', boot: this.#boot.id }, 'boot');
    this.#board = new Board({ relays: zones, loudspeaker, timeline: this.#timeline });
    const receive = (bytes: Buffer): void => this.#receive(bytes);
    this.#wire = 'pty' in transport ? new PtyWire(transport.pty, receive) : new TcpWire(transport.tcp, receive);
    const parts = {
      board: this.#board,
      lease: this.#lease,
      boot: () => this.#boot,
      conditions: () => [...this.#conditions],
      senses: () => sensed(this.#board.output, loudspeaker, this.#conditions.has('OVERTEMP')),
    };
    this.#dialogue = new Dialogue((verb, args) => perform(verb, args, parts));
    this.faults = this.#faults();
  }

  get line(): string {
    return this.#wire.line;
  }

  get timeline(): readonly TimelineEntry[] {
    return this.#timeline.entries;
  }

  state(): ControllerState {
    const leaseMs = this.#lease.remainingMs;
    const bits = (mask: number): boolean[] =>
      Array.from({ length: this.#board.relays }, (_, at) => (mask & (1 << at)) !== 0);
    return {
      ...this.#board.output,
      boot: this.#boot.id,
      resetCause: this.#boot.cause,
      commanded: bits(this.#board.commanded),
      sensed: bits(this.#board.sensed),
      ...(leaseMs !== undefined && { leaseMs }),
      plugged: this.#plugged,
      wedged: this.#wedged,
      conditions: [...this.#conditions],
    };
  }

  async close(): Promise<void> {
    this.#lease.end();
    await this.faults.unplug();
  }

  #receive(bytes: Buffer): void {
    if (this.#wedged) return;
    for (const reply of this.#dialogue.hear(this.#noise.through(bytes))) {
      for (const text of this.#rewrite?.(reply) ?? [reply]) this.#send(text);
    }
  }

  #send(text: string): void {
    this.#wire.send(this.#noise.through(Buffer.from(text, 'latin1')));
  }

  #lapsed(): void {
    this.#board.mute(true, 'lease');
    this.#board.switchRelays(0, 'lease');
    this.#log('warn', 'lease-lost');
    this.#tell('LEASE_LOST');
  }

  #tell(event: string, ...data: readonly string[]): void {
    if (this.#wedged) return;
    this.#events = (this.#events % MAX_SEQUENCE) + 1;
    this.#send(encodeFrame({ kind: 'event', sequence: this.#events, event, data }));
  }

  #stands(condition: string, on: boolean): void {
    if (on) this.#conditions.add(condition);
    else this.#conditions.delete(condition);
    if (condition === 'AMPLIFIER') this.#tell('FAULT', condition, on ? 'on' : 'off');
    else this.#tell(condition, on ? 'on' : 'off');
  }

  /** As at power-on; the line stays open under the station. */
  #reboot(cause: ResetCause): void {
    this.#lease.end();
    this.#dialogue.forget();
    this.#wedged = false;
    this.#boot = newBoot(cause);
    this.#timeline.add({ what: 'boot', boot: this.#boot.id }, 'boot');
    this.#board.reset();
    this.#tell('BOOT', this.#boot.id, cause);
  }

  #faults(): ControllerFaults {
    return {
      unplug: async () => {
        this.#plugged = false;
        await this.#wire.unplug();
      },
      replug: async () => {
        await this.#wire.plug();
        this.#plugged = true;
      },
      garble: (share) => {
        this.#noise.share = share;
      },
      wedge: (on) => {
        this.#wedged = on;
      },
      stick: (relay, contact) => this.#board.stick(relay, contact),
      lie: (relay, contact) => this.#board.lie(relay, contact),
      overTemperature: (on) => this.#stands('OVERTEMP', on),
      amplifierFault: (on) => {
        this.#board.breakAmplifier(on);
        this.#stands('AMPLIFIER', on);
      },
      override: (on) => this.#stands('OVERRIDE', on),
      tamper: (on) => this.#stands('TAMPER', on),
      reboot: (cause = 'WATCHDOG') => this.#reboot(cause),
      say: (bytes) => this.#wire.send(Buffer.from(bytes, 'latin1')),
      rewriteReplies: (rewrite) => {
        this.#rewrite = rewrite;
      },
    };
  }
}

function newBoot(cause: ResetCause): { readonly id: string; readonly cause: ResetCause } {
  return { id: randomBytes(4).toString('hex').toUpperCase(), cause };
}
