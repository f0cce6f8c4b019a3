import { type ChildProcess, spawn } from 'node:child_process';
import { Refusal } from '../../../protocol/refusal.ts';
import { type Clock, sleep } from '../../clock/clock.ts';
import type { Log } from '../../log.ts';
import { SAMPLE_RATE } from '../format.ts';
import { endNow, endOf } from '../process-end.ts';
import type { Sink, SoundStream } from './port.ts';

/** A player that lives so long has opened the sound card: aplay does that first and exits when it is busy or gone. */
const PROVEN_AFTER_MS = 150;
const TRIES = 5;
const RETRY_MS = 200;
const REST_MS = [1_000, 5_000, 30_000];
const KEPT_COMPLAINT = 500;

export interface AlsaOptions {
  /** The program that plays, and its first arguments; `aplay` on a board. */
  readonly player: readonly string[];
  readonly device: string;
  readonly clock: Clock;
  readonly log: Log;
  /** Hears of every change between working and faulty. */
  readonly onFault: (fault: string | undefined) => void;
}

/**
 * Plays through `aplay`, one process an airing. Starting it takes tens of milliseconds, so one always waits on its
 * input with the sound card open; the first byte of an airing is heard at once.
 */
export class AlsaSink implements Sink {
  readonly name = 'alsa';
  readonly #options: AlsaOptions;
  #waiting: Player | undefined;
  #lastWorked = false;
  /** The card can be opened but failed while it played: only playing to an end clears it of that. */
  #suspect = false;
  #closed = false;
  #fault: string | undefined;
  #cancelRest = () => {};

  constructor(options: AlsaOptions) {
    this.#options = options;
    this.#keepOneWaiting(0);
  }

  get fault(): string | undefined {
    return this.#fault;
  }

  async open(): Promise<SoundStream> {
    this.#cancelRest();
    const { clock } = this.#options;
    let complaint = '';
    for (let attempt = 0; attempt < TRIES; attempt++) {
      const player = this.#waiting ?? new Player(this.#options);
      this.#waiting = undefined;
      // A successor of a player that worked is believed at once: an emergency must not wait for the proof.
      if (!this.#lastWorked) await player.proven();
      if (player.alive) return this.#lend(player);
      complaint = player.complaint;
      this.#lastWorked = false;
      await player.stop();
      await sleep(clock, RETRY_MS);
    }
    this.#setFault(complaint);
    this.#keepOneWaiting(0);
    throw new Refusal('sound-card-failed', complaint);
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#cancelRest();
    await this.#waiting?.stop();
  }

  #lend(player: Player): SoundStream {
    let isBack = false;
    const back = (fault: string | undefined) => {
      if (isBack) return;
      isBack = true;
      this.#lastWorked = fault === undefined;
      this.#setFault(fault);
      // The next one may open the card only when this one has let it go.
      if (this.#waiting === undefined) this.#keepOneWaiting(0);
    };
    return {
      write: (pcm) => player.write(pcm),
      drain: async () => {
        await player.drain().finally(() => {
          this.#suspect = player.complaint !== '';
          back(player.complaint || undefined);
        });
      },
      stop: async (fault) => {
        // What it died of by itself, before we end it.
        const found = fault ?? (player.complaint || undefined);
        await player.stop();
        if (found !== undefined) this.#suspect = true;
        back(found);
      },
    };
  }

  #keepOneWaiting(failures: number): void {
    if (this.#closed) return;
    const { clock, log } = this.#options;
    const player = new Player(this.#options);
    this.#waiting = player;
    void player.proven().then(() => {
      if (player.alive && this.#waiting === player) {
        this.#lastWorked = true;
        if (!this.#suspect) this.#setFault(undefined);
      }
    });
    void player.ended.then(() => {
      if (this.#waiting !== player || this.#closed) return;
      this.#waiting = undefined;
      this.#lastWorked = false;
      // It cannot even be opened: when it can again, that is news.
      this.#suspect = false;
      this.#setFault(player.complaint);
      const rest = REST_MS[Math.min(failures, REST_MS.length - 1)] ?? 0;
      log('warn', 'sound-card-unavailable', { detail: player.complaint, retryMs: rest });
      this.#cancelRest = clock.after(rest, () => this.#keepOneWaiting(failures + 1));
    });
  }

  #setFault(fault: string | undefined): void {
    if (fault === this.#fault) return;
    this.#fault = fault;
    this.#options.onFault(fault);
  }
}

/** One player process. */
class Player {
  readonly ended: Promise<void>;
  readonly #clock: Clock;
  readonly #child: ChildProcess;
  #complaint = '';
  #code: number | null | undefined;
  #stopped = false;

  constructor({ player, device, clock }: AlsaOptions) {
    const [program = 'aplay', ...first] = player;
    this.#clock = clock;
    this.#child = spawn(
      program,
      [...first, '-q', '-t', 'raw', '-f', 'S16_LE', '-r', String(SAMPLE_RATE), '-c', '1', '-D', device],
      { stdio: ['pipe', 'ignore', 'pipe'] },
    );
    this.#child.stdin?.on('error', () => {});
    this.#child.stderr?.on('data', (data: Buffer) => {
      this.#complaint = (this.#complaint + data.toString('utf8')).slice(-KEPT_COMPLAINT);
    });
    this.ended = endOf(this.#child, clock).then(({ code, cause }) => {
      if (cause !== undefined) this.#complaint ||= cause.message;
      this.#code = code;
    });
  }

  get alive(): boolean {
    return this.#code === undefined;
  }

  /** What went wrong, in its own words; empty while it works and after a clean end. */
  get complaint(): string {
    if (this.alive || this.#code === 0 || this.#stopped) return '';
    return this.#complaint.trim() || `the player ended with ${this.#code ?? 'a signal'}`;
  }

  async proven(): Promise<void> {
    await Promise.race([sleep(this.#clock, PROVEN_AFTER_MS), this.ended]);
  }

  async write(pcm: Buffer): Promise<void> {
    const stdin = this.#child.stdin;
    if (!this.alive || stdin === null) throw this.#failure();
    if (stdin.write(pcm)) return;
    const drained = new Promise<void>((resolve) => stdin.once('drain', resolve));
    await Promise.race([drained, this.ended]);
    if (!this.alive) throw this.#failure();
  }

  async drain(): Promise<void> {
    this.#child.stdin?.end();
    await this.ended;
    if (this.#code !== 0) throw this.#failure();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    if (this.alive) endNow(this.#child);
    await this.ended;
  }

  #failure(): Refusal {
    return new Refusal('sound-card-failed', this.complaint || 'the player ended early');
  }
}
