import { type CentreConfiguration, encodeCentreConfiguration } from '../../protocol/configuration.ts';
import type { SigningKey } from '../../protocol/envelope.ts';
import type { Policy } from '../../protocol/policy.ts';
import { accepted, type Decoded, type FieldProblem, refused } from '../../protocol/refusal.ts';
import { topics } from '../../protocol/topics.ts';
import type { Background } from '../background.ts';
import type { Bus } from '../bus/bus.ts';
import type { Database } from '../database/database.ts';
import type { Log } from '../log.ts';
import type { Entry } from '../roster/entry.ts';
import type { Roster } from '../roster/roster.ts';
import { EVERYONE, loadPolicies, type SetPolicy, storePolicy } from './store.ts';

interface PoliciesOptions {
  readonly centre: string;
  readonly database: Database;
  readonly roster: Roster;
  readonly bus: Bus;
  readonly signer: () => SigningKey;
  readonly background: Background;
  readonly log: Log;
}

/** What is set for a station, or for everyone (`station` absent). */
export interface InForce {
  readonly station?: string;
  readonly version?: number;
  readonly policies: CentreConfiguration['policies'];
  /** How many stations it concerns, and those of them that have not said yet that they keep to it. */
  readonly stations: number;
  readonly waiting: readonly string[];
}

/** Two of them, signed and in base64url, fit into one message [P-20]. */
const MAX_POLICY_BYTES = 16_384;
const SIDE_BY_SIDE = 16;

/**
 * What stations must not do whatever they are ordered [P-67]: for all, and for one besides. Pushed on every change, and
 * again wherever a birth names an older version [P-76]. The memory is the truth while the centre runs; a change is in the
 * database before it counts.
 */
export class Policies {
  readonly #options: PoliciesOptions;
  readonly #set = new Map<string, SetPolicy>();
  /** The last message to each station that is on its way: a later one must not come first. */
  readonly #sending = new Map<string, Promise<void>>();

  private constructor(options: PoliciesOptions, set: readonly SetPolicy[]) {
    this.#options = options;
    for (const each of set) this.#set.set(each.addressee, each);
  }

  static async load(options: PoliciesOptions): Promise<Policies> {
    return new Policies(options, await loadPolicies(options.database));
  }

  /** For a station, or with `undefined` for everyone. Refuses a station that was never heard of. */
  inForce(station: string | undefined): Decoded<InForce> {
    const { roster } = this.#options;
    if (station !== undefined && roster.get(station) === undefined) return unknownStation();
    const concerned = roster.all().filter((entry) => station === undefined || entry.station === station);
    const { version, policies } = this.#standing(station) ?? { policies: {} };
    return accepted({
      ...(station === undefined ? {} : { station }),
      ...(version === undefined ? {} : { version }),
      policies,
      stations: concerned.length,
      waiting: concerned.filter((entry) => !this.#keepsToIt(entry)).map((entry) => entry.station),
    });
  }

  /** Sets a policy, or clears it with `undefined`; it is stored when this resolves, and on its way to who is online. */
  async set(station: string | undefined, policy: Policy | undefined): Promise<Decoded<InForce>> {
    const { database, roster, background } = this.#options;
    const allowed = this.#check(station, policy);
    if (!allowed.ok) return allowed;
    const stored = await storePolicy(database, station ?? EVERYONE, policy);
    const known = this.#set.get(stored.addressee);
    // Two changes at once may come back in the other order.
    if (known === undefined || known.version < stored.version) this.#set.set(stored.addressee, stored);
    const concerned = roster.all().filter((entry) => station === undefined || entry.station === station);
    background.run('policy', this.#sendTo(concerned));
    return this.inForce(station);
  }

  /** A station said what it is, or that it is online: whichever of the two comes last finds both true. */
  async heard(station: string): Promise<void> {
    const { roster, log } = this.#options;
    const entry = roster.get(station);
    if (entry === undefined) return;
    const [keeps, ours] = [entry.birth?.configuration ?? 0, this.#standing(station)?.version ?? 0];
    if (keeps > ours) log('warn', 'station-keeps-to-later-policy', { station, keeps, ours });
    else await this.#sendTo([entry]);
  }

  /** Again to everyone who has not said that he keeps to what is set. */
  sendAgain(): Promise<void> {
    return this.#sendTo(this.#options.roster.all());
  }

  #standing(station: string | undefined): Pick<CentreConfiguration, 'version' | 'issuedAt' | 'policies'> | undefined {
    const all = this.#set.get(EVERYONE);
    const own = station === undefined ? undefined : this.#set.get(station);
    const [latest] = [all, own].filter((each) => each !== undefined).sort((a, b) => b.version - a.version);
    if (latest === undefined) return undefined;
    return {
      version: latest.version,
      issuedAt: latest.setAt,
      policies: { ...(all?.policy && { all: all.policy }), ...(own?.policy && { station: own.policy }) },
    };
  }

  #keepsToIt({ station, birth }: Entry): boolean {
    return (birth?.configuration ?? 0) === (this.#standing(station)?.version ?? 0);
  }

  /** To those who are online and do not keep to it yet; the others hear of it when they come. */
  async #sendTo(entries: readonly Entry[]): Promise<void> {
    const behind = entries.filter((entry) => entry.state === 'online' && !this.#keepsToIt(entry));
    const queue = behind.map((entry) => entry.station).values();
    const errors: unknown[] = [];
    const worker = async (): Promise<void> => {
      for (const station of queue) await this.#send(station).catch((error: unknown) => errors.push(error));
    };
    await Promise.all(Array.from({ length: Math.min(SIDE_BY_SIDE, behind.length) }, worker));
    if (errors.length > 0) throw new Error(`${errors.length} configurations did not go out`, { cause: errors[0] });
  }

  async #send(station: string): Promise<void> {
    const before = this.#sending.get(station) ?? Promise.resolve();
    const sent = before.catch(() => undefined).then(() => this.#sendNow(station));
    this.#sending.set(station, sent);
    try {
      await sent;
    } finally {
      if (this.#sending.get(station) === sent) this.#sending.delete(station);
    }
  }

  async #sendNow(station: string): Promise<void> {
    const { centre, bus, signer } = this.#options;
    const standing = this.#standing(station);
    if (standing === undefined) return;
    const signed = await encodeCentreConfiguration({ centre, station, ...standing }, signer());
    await bus.publish(topics.to(centre, station, 'command'), signed, { qos: 1, retain: false });
  }

  #check(station: string | undefined, policy: Policy | undefined): Decoded<undefined> {
    const entry = station === undefined ? undefined : this.#options.roster.get(station);
    if (station !== undefined && entry === undefined) return unknownStation();
    if (policy === undefined) return accepted(undefined);
    const size = Buffer.byteLength(JSON.stringify(policy));
    if (size > MAX_POLICY_BYTES) return refused('too-large', `${size} bytes`);
    const zones = entry?.birth?.zones;
    if (zones === undefined) return accepted(undefined);
    // A ceiling for a zone that is not there would hold nowhere, and nobody would know.
    const names = new Set(zones.flatMap(({ zone, tags }) => [zone, ...tags]));
    const problems = policy.volumeCeilings.flatMap((ceiling, at): FieldProblem[] =>
      (ceiling.zones ?? []).flatMap((name, index) =>
        names.has(name)
          ? []
          : [{ path: `policy.volumeCeilings.${at}.zones.${index}`, problem: 'the station has no such zone' }],
      ),
    );
    return problems.length === 0 ? accepted(undefined) : refused('unknown-zone', '', problems);
  }
}

const unknownStation = () => refused('unknown-station', '', [{ path: 'station', problem: 'no such station' }]);
