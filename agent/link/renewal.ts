import { X509Certificate } from 'node:crypto';
import { decodeCertificate } from '../../protocol/certificate.ts';
import { accepted, type Decoded, refused } from '../../protocol/refusal.ts';
import { writePrivate } from '../card/durable.ts';
import type { StationClock } from '../clock/station-clock.ts';
import { isCertificateOf } from '../enrol/certificate.ts';
import type { Alarms } from '../health/alarms.ts';
import type { Log } from '../log.ts';
import type { Trust } from '../verify/trust.ts';
import type { Identity } from './identity.ts';

const DAY_MS = 86_400_000;
/** So long before its end a certificate is renewed: a board may lie switched off for months. */
const RENEW_MS = 90 * DAY_MS;
/** Since then it was asked for in vain for two months. */
const ALARM_MS = 30 * DAY_MS;

export interface RenewalOptions {
  readonly centre: string;
  readonly station: string;
  /** The station's public key, 32 bytes in base64url. */
  readonly publicKey: string;
  readonly identity: Identity;
  /** The file of the certificate, in the configuration. */
  readonly path: string | undefined;
  readonly trust: Trust;
  readonly stationClock: StationClock;
  readonly alarms: Pick<Alarms, 'raise' | 'clear'>;
  readonly log: Log;
  /** Asks the centre; nothing is lost where it does not hear it. */
  readonly ask: () => void;
}

/** Renews the station's certificate before it ends [P-108]. */
export class Renewal {
  readonly #options: RenewalOptions;
  #certificate: string | undefined;

  constructor(options: RenewalOptions) {
    this.#options = options;
    this.#certificate = options.identity.certificate;
  }

  /** In PEM; for the next connection. */
  get certificate(): string | undefined {
    return this.#certificate;
  }

  /** Asks for another where this one ends soon. On every connection and every day. */
  look(): void {
    const { stationClock, alarms, ask } = this.#options;
    if (this.#certificate === undefined || !stationClock.trusted) return;
    const end = endOf(new X509Certificate(this.#certificate));
    const leftMs = end - stationClock.now();
    if (leftMs < RENEW_MS) ask();
    if (leftMs < ALARM_MS) {
      alarms.raise(
        'certificate',
        'warning',
        `ends ${new Date(end).toISOString()} and could not be renewed: enrol the board again before that`,
      );
    } else {
      alarms.clear('certificate');
    }
  }

  /** Takes a message of unknown origin. Never rejects: what cannot be written counts until the next start. */
  async take(payload: Uint8Array): Promise<void> {
    const { trust, path, log } = this.#options;
    const decoded = await decodeCertificate(payload, trust.lookup);
    const renewed = decoded.ok ? this.#judge(decoded.value.value) : decoded;
    if (!renewed.ok) return log('warn', 'certificate-refused', { error: renewed.refusal });
    if (renewed.value === this.#certificate) return;
    this.#certificate = renewed.value;
    this.look();
    try {
      if (path !== undefined) await writePrivate(path, renewed.value);
      log('info', 'certificate-renewed', { until: new X509Certificate(renewed.value).validTo });
    } catch (error) {
      log('warn', 'certificate-not-written', { path, error });
    }
  }

  /** One that would lock this station out is worse than one that ends. */
  #judge(answer: { readonly centre: string; readonly station: string; readonly certificate: string }): Decoded<string> {
    const { centre, station, publicKey, identity } = this.#options;
    if (answer.centre !== centre) return refused('wrong-centre', answer.centre);
    if (answer.station !== station) return refused('not-addressed', answer.station);
    const { certificate } = answer;
    if (!isCertificateOf(certificate, publicKey)) return refused('not-permitted', 'for another key');
    const [parsed, authority] = [new X509Certificate(certificate), new X509Certificate(identity.authority ?? '')];
    const isOurs = parsed.checkIssued(authority) && parsed.verify(authority.publicKey);
    if (!isOurs) return refused('not-permitted', 'not issued by the authority of this station');
    if (!parsed.subject.split('\n').includes(`CN=${station}`)) return refused('not-permitted', 'for another name');
    const isLater = this.#certificate === undefined || endOf(parsed) >= endOf(new X509Certificate(this.#certificate));
    return isLater ? accepted(certificate) : refused('superseded', 'ends earlier than the one in use');
  }
}

const endOf = ({ validTo }: X509Certificate): number => Date.parse(validTo);
