import { createHash, randomBytes, X509Certificate } from 'node:crypto';
import {
  type EnrolmentAnswer,
  type EnrolmentRequest,
  formatCode,
  type StationPlan,
  secretFrom,
} from '../../protocol/enrolment.ts';
import { importPublicKey } from '../../protocol/keys.ts';
import { accepted, type Decoded, refused } from '../../protocol/refusal.ts';
import { Authority, type Issued, type Subject } from '../authority/authority.ts';
import { normalSerial } from '../authority/identity.ts';
import type { Database } from '../database/database.ts';
import type { Log } from '../log.ts';
import { lockOwner } from './owner-lock.ts';
import {
  certificateOfUse,
  isPlanned,
  latestCertificate,
  noteUse,
  planOf,
  revokeCertificates,
  revokedSerials,
  revokedStations,
  saveCertificate,
  saveEnrolment,
  useCode,
  voidCode,
} from './store.ts';
import { Tries } from './tries.ts';

/** A technician may travel for days; a code that lies about longer is somebody else's chance. */
const CODE_DAYS = 7;
/** A station asks from 90 days before the end, by its own clock. */
const RENEW_MS = 120 * 86_400_000;

export interface EnrolmentOptions {
  readonly centre: string;
  readonly root: string;
  readonly authority: Authority;
  readonly database: Database;
  /** Where stations connect to. */
  readonly url: () => string;
  /** The station's key from now on: its reports are verified with it. */
  readonly pinKey: (station: string, publicKey: string) => Promise<void>;
  /** Cuts the sessions of these certificates. */
  readonly cut: (serials: readonly string[]) => void;
  readonly log: Log;
}

export interface Code {
  readonly station: string;
  readonly code: string;
  readonly expiresAt: string;
}

/** Makes codes, turns them into certificates, and takes certificates back [P-90]. */
export class Enrolment {
  readonly #options: EnrolmentOptions;
  readonly #revoked: Set<string>;
  readonly #revokedStations: Set<string>;
  readonly #tries: Tries;
  #lookedUp: Promise<unknown> = Promise.resolve();

  private constructor(options: EnrolmentOptions, revoked: readonly string[], revokedStations: readonly string[]) {
    this.#options = options;
    this.#tries = new Tries(options.log);
    this.#revoked = new Set(revoked);
    this.#revokedStations = new Set(revokedStations);
  }

  static async load(options: EnrolmentOptions): Promise<Enrolment> {
    const { database } = options;
    return new Enrolment(options, await revokedSerials(database), await revokedStations(database));
  }

  /** The authority's certificate in PEM. */
  get authority(): string {
    return this.#options.authority.certificate;
  }

  isRevoked(serial: string): boolean {
    return this.#revoked.has(serial);
  }

  /** Whether this station was revoked, and no board let in in its place since. */
  isRevokedStation(station: string): boolean {
    return this.#revokedStations.has(station);
  }

  /** Whether there is to be, or is, a station of this name. */
  isPlanned(station: string): Promise<boolean> {
    return isPlanned(this.#options.database, station);
  }

  /** A code for each planned station; an earlier one of the same station is void. */
  async add(plans: readonly StationPlan[]): Promise<Code[]> {
    const { authority, database, log } = this.#options;
    const fingerprint = await authority.fingerprint();
    const expiresAt = new Date(Date.now() + CODE_DAYS * 86_400_000).toISOString();
    const secrets = plans.map((plan) => ({ plan, secret: secretFrom(randomBytes(8)) }));
    await database.transaction(async (queries) => {
      for (const { plan, secret } of secrets) {
        await saveEnrolment(queries, plan, { hash: hashOf(secret), expiresAt });
      }
    });
    for (const { station } of plans) log('info', 'station-planned', { station, codeUntil: expiresAt });
    return secrets.map(({ plan, secret }) => ({
      station: plan.station,
      code: formatCode(secret, fingerprint),
      expiresAt,
    }));
  }

  /** Whether a request from there is to be looked at; asked before anything of it is read [P-120]. */
  mayTry(address: string): boolean {
    return this.#tries.areLeft(address);
  }

  /** A request from there could not be read: it counts as a wrong code, or it would cost its sender nothing. */
  noteUnreadable(address: string): void {
    this.#tries.failed(address);
  }

  /**
   * Turns a code into a certificate. The code is used up together with the certificate's entry or not at all; any
   * earlier certificate of the station is revoked, and its session cut: one station, one board. Whoever asks again with the
   * same key within ten minutes gets that same certificate, for an answer may be lost [P-90]. `address`: who asks.
   */
  async enrol({ secret, request }: EnrolmentRequest, address: string): Promise<Decoded<EnrolmentAnswer>> {
    const { authority, database, centre, root, url, pinKey, cut, log } = this.#options;
    const hash = hashOf(secret);
    const looked = await this.#lookUp(hash, address);
    if (!looked.ok) return looked;
    const plan = looked.value;
    const asked = await Authority.requestedKey(request);
    if (asked === undefined) return refused('bad-certificate-request');
    const owner = { id: plan.station, role: 'station' } as const;
    const issued = await authority.issueClient(owner, asked.key);
    const { certificate, replaced } = await database.transaction(async (queries) => {
      await lockOwner(queries, owner);
      if (!(await useCode(queries, hash))) {
        return { certificate: await certificateOfUse(queries, hash, asked.publicKey), replaced: [] };
      }
      const replaced = await revokeCertificates(queries, owner);
      await saveCertificate(queries, owner, issued);
      await noteUse(queries, { hash, station: plan.station, key: asked.publicKey, serial: issued.serial });
      return { certificate: issued.certificate, replaced };
    });
    if (certificate === undefined) {
      this.#tries.failed(address);
      return refused('wrong-code');
    }
    this.#cutOff(replaced, cut);
    this.#revokedStations.delete(plan.station);
    // Asked again too: the centre may have died before it came to this.
    await pinKey(plan.station, asked.publicKey);
    const { serialNumber } = new X509Certificate(certificate);
    log('info', 'station-enrolled', {
      station: plan.station,
      serial: normalSerial(serialNumber),
      replaced: replaced.length,
    });
    return accepted({
      centre,
      root,
      url: url(),
      authority: authority.certificate,
      certificate,
      plan,
    });
  }

  /**
   * A certificate for an ordering client, for the key with which it signs its orders. That key is in the manifest
   * because somebody at the centre put it there; the handshake shows who holds it. Earlier ones are revoked.
   */
  async certify(client: string, publicKey: string): Promise<Issued> {
    const { authority, database, cut, log } = this.#options;
    const owner = { id: client, role: 'client' } as const;
    const issued = await authority.issueClient(owner, await importPublicKey(publicKey));
    const earlier = await database.transaction(async (queries) => {
      await lockOwner(queries, owner);
      const revoked = await revokeCertificates(queries, owner);
      await saveCertificate(queries, owner, issued);
      return revoked;
    });
    this.#cutOff(earlier, cut);
    log('info', 'client-certified', { client, serial: issued.serial, replaced: earlier.length });
    return issued;
  }

  /**
   * A later certificate for a station's own key [P-108]. Where the latest has long to go it is that one, however often it is
   * asked for; the earlier ones end by themselves, for an answer may be lost. Undefined for a station without one.
   */
  async renew(station: string): Promise<string | undefined> {
    const { authority, database, log } = this.#options;
    const owner = { id: station, role: 'station' } as const;
    const latest = await latestCertificate(database, owner);
    if (latest === undefined || Date.parse(latest.expiresAt) - Date.now() > RENEW_MS) return latest?.certificate;
    const { x = '' } = new X509Certificate(latest.certificate).publicKey.export({ format: 'jwk' });
    const issued = await authority.issueClient(owner, await importPublicKey(x));
    const isSaved = await database.transaction(async (queries) => {
      await lockOwner(queries, owner);
      // It may have been revoked, or another board enrolled, meanwhile.
      if ((await latestCertificate(queries, owner))?.certificate !== latest.certificate) return false;
      await saveCertificate(queries, owner, issued);
      return true;
    });
    if (!isSaved) return undefined;
    log('info', 'certificate-renewed', { station, serial: issued.serial, until: issued.expiresAt });
    return issued.certificate;
  }

  /**
   * Takes back what a station or an ordering client was let in with, and a code with which a station could be let in anew;
   * returns how many certificates that were.
   */
  async revoke(owner: Subject): Promise<number> {
    const { database, cut, log } = this.#options;
    const serials = await database.transaction(async (queries) => {
      await lockOwner(queries, owner);
      if (owner.role === 'station') await voidCode(queries, owner.id);
      return revokeCertificates(queries, owner);
    });
    this.#cutOff(serials, cut);
    if (owner.role === 'station' && serials.length > 0) this.#revokedStations.add(owner.id);
    log('warn', `${owner.role}-revoked`, { [owner.role]: owner.id, certificates: serials.length });
    return serials.length;
  }

  #cutOff(serials: readonly string[], cut: EnrolmentOptions['cut']): void {
    for (const serial of serials) this.#revoked.add(serial);
    cut(serials);
  }

  /** One after the other, or of many codes that are looked at side by side none would count as wrong in time. */
  #lookUp(hash: string, address: string): Promise<Decoded<StationPlan>> {
    const looking = this.#lookedUp.then(async (): Promise<Decoded<StationPlan>> => {
      if (!this.mayTry(address)) return refused('busy', 'too many wrong codes');
      const plan = await planOf(this.#options.database, hash);
      if (plan !== undefined) return accepted(plan);
      this.#tries.failed(address);
      return refused('wrong-code');
    });
    this.#lookedUp = looking.catch(() => undefined);
    return looking;
  }
}

const hashOf = (secret: string): string => createHash('sha256').update(`loa-enrolment ${secret}`).digest('hex');
