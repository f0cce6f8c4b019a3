import { type FSWatcher, watch } from 'node:fs';
import { cp, mkdir, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Link, startLink } from '../../simulator/link/link.ts';
import type { TimelineEvent } from '../../simulator/loudspeaker/timeline.ts';
import { startVirtualStation, type VirtualStation } from '../../simulator/station/station.ts';
import { faketime } from '../support/faketime.ts';
import type { SmallDisk } from '../support/small-disk.ts';
import type { Card } from './checker/history.ts';
import type { Diary } from './diary.ts';
import { Happenings } from './happenings.ts';
import type { AgentStep } from './steps.ts';
import { type Passing, Wire } from './wire.ts';

export interface StationActorOptions {
  readonly directory: string;
  readonly centre: string;
  readonly root: string;
  readonly brokerUrl: string;
  readonly station: string;
  readonly zones: readonly string[];
  readonly transport: 'pty' | 'tcp';
  readonly diary: Diary;
  readonly onPassing: (what: Passing) => void;
  /** Where its state is kept, if its card may become full. */
  readonly disk: SmallDisk | undefined;
  /** Its operating system's clock may be set; needs libfaketime. */
  readonly ownClock: boolean;
  /** Old images of its card may be put back. */
  readonly oldCards: boolean;
}

/** One station of a chaos run: agent, virtual hardware, and the wire to its centre, in the hands of the run. */
export class StationActor {
  readonly name: string;
  readonly virtual: VirtualStation;
  readonly link: Link;
  readonly disk: SmallDisk | undefined;
  /** Steps of its story, as they are seen from outside. */
  readonly happenings = new Happenings<AgentStep>();
  /** Times at which the agent ended by itself. */
  readonly crashes: string[] = [];
  readonly #diary: Diary;
  readonly #clock: string | undefined;
  #clockSet = false;
  readonly #state: string | undefined;
  readonly #cards: Card[] = [];
  #imageAt: number | undefined;
  #watcher: FSWatcher | undefined;
  #expectedEnd = false;
  #halted = false;

  private constructor(options: StationActorOptions, virtual: VirtualStation, link: Link) {
    const { station, disk, diary, directory, ownClock, oldCards } = options;
    this.name = station;
    this.virtual = virtual;
    this.link = link;
    this.disk = disk;
    this.#diary = diary;
    this.#state = oldCards ? join(directory, station, 'state') : undefined;
    this.#clock = ownClock ? clockOf(directory, station) : undefined;
  }

  static async start(options: StationActorOptions): Promise<StationActor> {
    const { station, zones, diary, centre, disk, ownClock } = options;
    let pass = options.onPassing;
    const wire = new Wire({ centre, onPassing: (what) => pass(what), onTold: (told) => diary.tells(station, told) });
    const link = await startLink(options.brokerUrl, () => wire.connection());
    try {
      const directory = join(options.directory, station);
      await mkdir(directory, { recursive: true });
      if (disk !== undefined) await keepStateOn(disk, directory);
      const clock = clockOf(options.directory, station);
      if (ownClock) await writeFile(clock, '+0s\n');
      let hear = (_line: string): void => {};
      const virtual = await startVirtualStation({
        ...{ centre, root: options.root, station, transport: options.transport, directory },
        brokerUrl: link.url,
        name: `Đài ${station}`,
        zones: zones.map((id) => ({ id, name: id })),
        agent: 'none',
        ...(ownClock && { environment: faketime({ FAKETIME_TIMESTAMP_FILE: clock }) }),
        onAgentLine: (line) => hear(line),
      });
      const actor = new StationActor(options, virtual, link);
      hear = (line) => actor.#hear(line);
      pass = (what) => {
        actor.happenings.tell(what);
        options.onPassing(what);
      };
      virtual.loudspeaker.timeline.listen((event) => actor.#see(event));
      const cache = join(directory, 'state', 'cache');
      await mkdir(cache, { recursive: true, mode: 0o700 });
      actor.#watcher = watch(cache, (_kind, file) => {
        if (file?.endsWith('.part')) actor.happenings.tell('downloading');
      });
      return actor;
    } catch (error) {
      await link.close();
      throw error;
    }
  }

  get running(): boolean {
    return this.virtual.agent.child?.running ?? false;
  }

  /** Whether the clock of its operating system was ever set. */
  get clockSet(): boolean {
    return this.#clockSet;
  }

  /** Old images of its card that were put back. */
  get cards(): readonly Card[] {
    return this.#cards;
  }

  /** Of a dead station's card: makes an image, or puts back the one made last time. Does nothing where that may not be. */
  async swapCard(): Promise<void> {
    const state = this.#state;
    if (state === undefined || this.running) return;
    const image = `${state}.image`;
    if (this.#imageAt === undefined) {
      await cp(state, image, { recursive: true, filter: (path) => !path.endsWith('.sock') });
      this.#imageAt = Date.now();
      return;
    }
    for (const file of await readdir(state)) await rm(join(state, file), { recursive: true });
    for (const file of await readdir(image)) await rename(join(image, file), join(state, file));
    await rm(image, { recursive: true });
    this.#cards.push({ imageAt: this.#imageAt, putBackAt: Date.now() });
    this.#diary.forgets(this.name, this.#imageAt);
    this.#diary.note('card-put-back', { station: this.name, of: new Date(this.#imageAt).toISOString() });
    this.#imageAt = undefined;
  }

  /** Sets it so many seconds from the truth; does nothing where that cannot be. */
  async setClock(offsetS: number): Promise<void> {
    if (this.#clock === undefined) return;
    this.#clockSet ||= offsetS !== 0;
    await writeFile(this.#clock, `${offsetS < 0 ? '' : '+'}${offsetS}s\n`);
  }

  /** Starts the agent unless it runs. */
  start(): void {
    if (this.running) return;
    this.#expectedEnd = false;
    this.#halted = false;
    this.#diary.begins(this.name);
    const child = this.virtual.agent.start();
    void child.exited.then(({ code, signal }) => {
      this.#diary.ends(this.name);
      if (this.#expectedEnd) return;
      this.crashes.push(`${new Date().toISOString()} ended by itself (${signal ?? code}): ${child.tail().slice(-600)}`);
      this.#diary.note('crashed', { station: this.name, code, signal });
    });
  }

  /** SIGKILL, as a power cut would. */
  async kill(): Promise<void> {
    if (!this.running) return;
    this.#expectedEnd = true;
    // The signal goes out before anything is waited for.
    const gone = this.virtual.agent.kill();
    this.#diary.ends(this.name);
    await gone;
  }

  /** SIGTERM: it may tidy up. */
  async end(): Promise<void> {
    if (!this.running) return;
    this.#expectedEnd = true;
    await this.virtual.agent.stop();
  }

  /** SIGSTOP, and SIGCONT. */
  halt(on: boolean): void {
    const pid = this.virtual.agent.child?.pid;
    if (!this.running || pid === undefined || this.#halted === on) return;
    this.#halted = on;
    process.kill(pid, on ? 'SIGSTOP' : 'SIGCONT');
    if (on) this.#diary.ends(this.name);
    else this.#diary.begins(this.name);
  }

  /** Takes every fault away and runs the agent. */
  async heal(): Promise<void> {
    this.halt(false);
    this.link.freeze(false);
    this.link.delay(0);
    await this.link.restore();
    await this.disk?.free();
    await this.setClock(0);
    await this.virtual.controller.faults.replug();
    await this.virtual.loudspeaker.player.setBusy(false);
    this.start();
  }

  async close(): Promise<void> {
    this.#expectedEnd = true;
    this.halt(false);
    this.#watcher?.close();
    await this.virtual.close();
    this.#diary.ends(this.name);
    await this.link.close();
  }

  #hear(line: string): void {
    if (line.startsWith('info online ')) this.happenings.tell('online');
  }

  #see(event: TimelineEvent): void {
    const step = stepOf(event);
    if (step !== undefined) this.happenings.tell(step);
  }
}

const clockOf = (directory: string, station: string): string => join(directory, station, 'clock');

/** Recordings of what was heard stay beside it: the simulator's disk is not the station's. */
async function keepStateOn(disk: SmallDisk, directory: string): Promise<void> {
  const state = join(disk.path, 'state');
  await mkdir(state, { mode: 0o700 });
  await symlink(state, join(directory, 'state'));
}

function stepOf(event: TimelineEvent): AgentStep | undefined {
  switch (event.what) {
    case 'amplifier':
      return event.on ? 'powered' : 'powered-off';
    case 'relay':
      return event.closed ? 'relay-closed' : 'relay-opened';
    case 'mute':
      return event.on ? 'muted' : 'unmuted';
    case 'sound-started':
      return 'sounding';
    case 'player':
      return event.did === 'drained' ? 'played' : undefined;
    case 'level':
    case 'sound-ended':
      return undefined;
  }
}
