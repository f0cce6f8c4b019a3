import type { CryptoKey } from 'jose';
import type { Alarm } from '../../protocol/alarm.ts';
import type { Birth } from '../../protocol/birth.ts';
import type { Health } from '../../protocol/health.ts';
import { importPublicKey } from '../../protocol/keys.ts';
import type { State } from '../../protocol/state.ts';
import { printable } from '../../protocol/text.ts';
import type { Database } from '../database/database.ts';
import type { Log } from '../log.ts';
import { type Entry, newEntry } from './entry.ts';
import { loadEntries, saveEntries } from './store.ts';

const SAVE_EVERY_MS = 200;
const SAVE_AT_ONCE = 500;

export type Suspicion = 'forged-report' | 'unreadable-report' | 'number-reused' | 'key-differs';

/**
 * Who the stations are and how they are. The memory is the truth while the centre runs; changes are written behind it
 * in batches, because everything but the pinned key is said again by the station at its next connect.
 */
export class Roster {
  readonly #database: Database;
  readonly #log: Log;
  readonly #entries = new Map<string, Entry>();
  readonly #keys = new Map<string, CryptoKey>();
  readonly #unsaved = new Set<string>();
  readonly #timer: NodeJS.Timeout;
  #saving: Promise<void> = Promise.resolve();

  private constructor(database: Database, log: Log) {
    this.#database = database;
    this.#log = log;
    this.#timer = setInterval(() => void this.save(), SAVE_EVERY_MS);
  }

  /**
   * Everyone is offline until heard: what was true before the centre stopped proves nothing. Nor does an alarm where
   * the broker outlived us (`retained`): it says again what still stands.
   */
  static async load(options: { database: Database; log: Log; retained: boolean }): Promise<Roster> {
    const { database, log, retained } = options;
    const entries = await loadEntries(database, log);
    const roster = new Roster(database, log);
    for (const entry of entries) {
      roster.#entries.set(entry.station, { ...entry, state: 'offline', alarms: retained ? {} : entry.alarms });
    }
    return roster;
  }

  get(station: string): Entry | undefined {
    return this.#entries.get(station);
  }

  all(): Entry[] {
    return [...this.#entries.values()].sort((a, b) => (a.station < b.station ? -1 : 1));
  }

  groupsOf(station: string): readonly string[] {
    return this.#entries.get(station)?.birth?.groups ?? [];
  }

  /**
   * A will that arrives after the station is back speaks of an earlier connection, and is ignored. On a new connection
   * a station says what stands right after this: what stood before may have ended while nobody listened [P-50].
   */
  state(station: string, state: State): void {
    const known = this.#entries.get(station);
    if (state.state === 'offline' && known?.state === 'online') {
      const earlierBoot = known.boot !== undefined && known.boot !== state.boot;
      const earlierConnection = known.boot === state.boot && state.connection < (known.connection ?? 0);
      if (earlierBoot || earlierConnection) return;
    }
    if (known?.state !== state.state) this.#log('info', `station-${state.state}`, { station });
    this.#change(station, (entry, at) => ({
      ...entry,
      state: state.state,
      stateAt: at,
      boot: state.boot,
      connection: state.connection,
      alarms: state.state === 'online' && isNewConnection(entry, state) ? {} : entry.alarms,
    }));
  }

  /** A revoked station is offline here, also where the session at a broker of others goes on. */
  revoked(station: string): void {
    if (this.#entries.get(station)?.state !== 'online') return;
    this.#change(station, (entry, at) => ({ ...entry, state: 'offline', stateAt: at }));
  }

  /**
   * Pins the key of the first birth; what comes with another key changes nothing that is known of the station. Returns
   * whether the station's groups changed. Throws TypeError on a bad key.
   */
  async birth(station: string, birth: Birth): Promise<boolean> {
    const pinned = this.#entries.get(station)?.key;
    const groupsBefore = this.groupsOf(station).join();
    if (pinned === undefined) {
      this.#keys.set(station, await importPublicKey(birth.key));
      this.#log('info', 'station-key-pinned', { station, key: birth.key });
    } else if (pinned !== birth.key) {
      this.suspect(station, 'key-differs', `its birth names key ${birth.key}, the pinned one is ${pinned}`);
      this.#change(station, (entry) => ({ ...entry, offeredKey: birth.key }));
      return false;
    }
    this.#change(station, ({ offeredKey: _, ...entry }, at) => ({ ...entry, key: birth.key, birth, birthAt: at }));
    return groupsBefore !== birth.groups.join();
  }

  health(station: string, health: Health): void {
    if (!this.#entries.has(station)) return;
    const toldAll = health.journal.reports === 0;
    this.#change(station, (entry, at) => ({ ...entry, health, healthAt: at, ...(toldAll && { toldAllAt: at }) }));
  }

  /** The journal that it keeps now, by its epoch. */
  journal(station: string, epoch: string): void {
    if (this.#entries.get(station)?.journal === epoch) return;
    if (this.#entries.has(station)) this.#change(station, (entry) => ({ ...entry, journal: epoch }));
  }

  /** `undefined` clears the alarm. */
  alarm(station: string, name: string, alarm: Alarm | undefined): void {
    const known = this.#entries.get(station);
    if (known === undefined || (alarm === undefined && known.alarms[name] === undefined)) return;
    this.#log(alarm === undefined ? 'info' : 'warn', alarm === undefined ? 'alarm-cleared' : 'alarm', {
      station,
      alarm: name,
      detail: alarm?.detail,
    });
    this.#change(station, (entry) => {
      const { [name]: _, ...others } = entry.alarms;
      return { ...entry, alarms: alarm === undefined ? others : { ...others, [name]: alarm } };
    });
  }

  /** Notes a standing suspicion against a station; it stands until its key is reset. */
  suspect(station: string, suspicion: Suspicion, detail: string): void {
    this.#log('warn', suspicion, { station, detail });
    if (!this.#entries.has(station)) return;
    this.#change(station, (entry, at) => ({
      ...entry,
      suspicions: {
        ...entry.suspicions,
        [suspicion]: {
          since: entry.suspicions[suspicion]?.since ?? at,
          severity: 'critical' as const,
          detail: printable(detail, 500) || suspicion,
        },
      },
    }));
  }

  /** The key to verify a station's reports with; undefined before its first birth. */
  async reportKey(station: string): Promise<CryptoKey | undefined> {
    const known = this.#keys.get(station);
    if (known !== undefined) return known;
    const pinned = this.#entries.get(station)?.key;
    if (pinned === undefined) return undefined;
    const key = await importPublicKey(pinned);
    this.#keys.set(station, key);
    return key;
  }

  /** The key that a station was enrolled with takes the place of any other; suspicions against the old one end. */
  async pinKey(station: string, key: string): Promise<void> {
    this.#keys.set(station, await importPublicKey(key));
    this.#change(station, ({ offeredKey: _, ...entry }) => ({ ...entry, key, suspicions: {} }));
    this.#log('info', 'station-key-pinned', { station, key });
    await this.save();
  }

  /**
   * Forgets the pinned key, for a board that was replaced: the key it has offered since is pinned, or else that of its
   * next birth. False where there is no such station.
   */
  async resetKey(station: string): Promise<boolean> {
    const known = this.#entries.get(station);
    if (known === undefined) return false;
    this.#keys.delete(station);
    this.#change(station, ({ key: _, offeredKey, ...entry }) => ({
      ...entry,
      ...(offeredKey === undefined ? {} : { key: offeredKey }),
      suspicions: {},
    }));
    this.#log('warn', 'station-key-reset', { station, key: known.offeredKey });
    await this.save();
    return true;
  }

  /** Writes what has changed; failures are tried again with the next batch. */
  save(): Promise<void> {
    const batch = [...this.#unsaved];
    if (batch.length === 0) return this.#saving;
    this.#unsaved.clear();
    this.#saving = this.#saving.then(async () => {
      const entries = batch.flatMap((station) => this.#entries.get(station) ?? []);
      try {
        await saveEntries(this.#database, entries);
      } catch (error) {
        this.#log('error', 'roster-not-saved', { error });
        for (const station of batch) this.#unsaved.add(station);
      }
    });
    return this.#saving;
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.save();
  }

  #change(station: string, change: (entry: Entry, at: string) => Entry): void {
    const at = new Date().toISOString();
    const changed = change(this.#entries.get(station) ?? newEntry(station, at), at);
    this.#entries.set(station, { ...changed, lastSeen: at });
    this.#unsaved.add(station);
    if (this.#unsaved.size >= SAVE_AT_ONCE) void this.save();
  }
}

const isNewConnection = (known: Entry, state: State): boolean =>
  known.boot !== state.boot || known.connection !== state.connection;
