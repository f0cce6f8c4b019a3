import { hostname, networkInterfaces } from 'node:os';
import type { SecureContextOptions } from 'node:tls';
import type { Authority } from './authority.ts';

const RENEW_MS = 14 * 24 * 60 * 60_000;

/** Servers that can take a new certificate while they run: those of `node:tls` and `node:https`. */
interface Renewable {
  setSecureContext(options: SecureContextOptions): void;
}

/**
 * What the centre's own servers show. It is issued at every start and renewed every two weeks, so its key is never on
 * a disk, nobody renews it by hand, and a new address of this machine needs no more than a restart.
 */
export class ServerIdentity {
  readonly #authority: Authority;
  readonly #names: readonly string[];
  readonly #servers: Renewable[] = [];
  readonly #timer: NodeJS.Timeout;
  #current: SecureContextOptions;

  private constructor(authority: Authority, names: readonly string[], current: SecureContextOptions) {
    this.#authority = authority;
    this.#names = names;
    this.#current = current;
    this.#timer = setInterval(() => void this.#renew(), RENEW_MS);
    this.#timer.unref();
  }

  /** `names`: host names and addresses under which this centre is reached, besides those that the machine knows. */
  static async issue(authority: Authority, names: readonly string[]): Promise<ServerIdentity> {
    const all = [...new Set([...names, ...ownNames()])];
    return new ServerIdentity(authority, all, await issueTo(authority, all));
  }

  /** For `createServer`. The chain holds the authority, so that a board can compare it with its enrolment code. */
  get options(): SecureContextOptions {
    return this.#current;
  }

  /** Hands renewed certificates to this server from now on. */
  keep(server: Renewable): void {
    this.#servers.push(server);
  }

  close(): void {
    clearInterval(this.#timer);
  }

  async #renew(): Promise<void> {
    this.#current = await issueTo(this.#authority, this.#names);
    for (const server of this.#servers) server.setSecureContext(this.#current);
  }
}

async function issueTo(authority: Authority, names: readonly string[]): Promise<SecureContextOptions> {
  const { certificate, key } = await authority.issueServer(names);
  return {
    cert: `${certificate}\n${authority.certificate}`,
    key,
    ca: authority.certificate,
    minVersion: 'TLSv1.3',
  };
}

function ownNames(): string[] {
  const addresses = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  // A link-local address with its zone is no name that a certificate can hold.
  return [hostname(), 'localhost', ...addresses.map(({ address }) => address).filter((it) => !it.startsWith('fe80:'))];
}
