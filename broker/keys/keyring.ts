import type { KeyLookup, SigningKey } from '../../protocol/envelope.ts';
import { type Keys, keyLookup } from '../../protocol/keys.ts';
import { Refusal, refused } from '../../protocol/refusal.ts';
import type { Database } from '../database/database.ts';
import type { Log } from '../log.ts';
import { signAnew } from '../orders/sign-anew.ts';
import { rotateKeys } from './change-keys.ts';
import { readIfThere } from './files.ts';
import { type CentreKeys, loadKeys, SIGNING_DAYS } from './key-store.ts';
import { keyPaths } from './paths.ts';

const DAY_MS = 86_400_000;
/** So long before the signing key ends another takes over, or the log asks for one every day. */
const EARLY_MS = 60 * DAY_MS;

export interface KeyringOptions {
  readonly data: string;
  readonly database: Database;
  /** Tells the stations which keys count; rejects while they cannot be reached. */
  readonly publish: (signedManifest: Uint8Array) => Promise<void>;
  /** Lists anew to everyone what is in force. */
  readonly list: () => Promise<void>;
  readonly log: Log;
}

/** The keys of a running centre, which may change while it runs [P-104]. */
export class Keyring {
  readonly #options: KeyringOptions;
  readonly #revoked: Set<string>;
  readonly #timer: NodeJS.Timeout;
  #keys: CentreKeys;
  #clients: KeyLookup;
  #change: Promise<void> = Promise.resolve();

  private constructor(options: KeyringOptions, keys: CentreKeys, clients: KeyLookup, revoked: readonly string[]) {
    this.#options = options;
    this.#keys = keys;
    this.#clients = clients;
    this.#revoked = new Set(revoked);
    this.#timer = setInterval(() => {
      this.#beforeItEnds().catch((error: unknown) => options.log('error', 'keys-not-reloaded', { error }));
    }, DAY_MS);
    this.#timer.unref();
  }

  /** What is in force is signed with the present key when this resolves: the keys may have changed while nobody ran. */
  static async open(options: KeyringOptions, keys: CentreKeys): Promise<Keyring> {
    const current = (await rotatedInTime(options, keys)) ?? keys;
    const rows = await options.database.query<{ kid: string }>('select kid from revoked_keys');
    const keyring = new Keyring(
      options,
      current,
      await clientsOf(current),
      rows.map(({ kid }) => kid),
    );
    await keyring.#signAnew();
    return keyring;
  }

  get manifest(): Keys {
    return this.#keys.manifest;
  }

  /** Tells the stations which keys count. Rejects while they cannot be reached. */
  publish(): Promise<void> {
    return this.#options.publish(this.#keys.signedManifest);
  }

  /** Resolves when no change of the keys is under way: until then a station could not verify what it asked for. */
  get settled(): Promise<void> {
    return this.#change;
  }

  /** Signs everything that stations obey. Throws Refusal `expired-key` once it has ended. */
  signer(): SigningKey {
    const { signer, signerEnds } = this.#keys;
    if (signerEnds !== undefined && signerEnds <= new Date().toISOString()) {
      throw new Refusal('expired-key', `the signing key ended ${signerEnds}`);
    }
    return signer;
  }

  /** Finds an ordering client's key, unless it was revoked here or by the manifest. */
  readonly clients: KeyLookup = (kid) =>
    this.#revoked.has(kid) ? refused('revoked-key', kid.slice(0, 64)) : this.#clients(kid);

  /** The keys of an ordering client that count. */
  keysOf(client: string): Keys['keys'] {
    const { keys, revoked } = this.#keys.manifest;
    return keys.filter(
      (key) =>
        key.use === 'client' && key.client === client && !revoked.includes(key.kid) && !this.#revoked.has(key.kid),
    );
  }

  /** Takes a client's keys back at once, before any manifest says so [P-107]; returns their names. */
  async revokeClient(client: string): Promise<string[]> {
    const { database } = this.#options;
    const kids = this.keysOf(client).map(({ kid }) => kid);
    for (const kid of kids) {
      await database.query(
        'insert into revoked_keys (kid, revoked_at) values ($1, $2) on conflict (kid) do nothing returning kid',
        [kid, new Date().toISOString()],
      );
      this.#revoked.add(kid);
    }
    return kids;
  }

  /**
   * Reads the keys again after they were changed on disk. The stations hear of the new ones before anything is signed with
   * them; then what is in force is signed anew, and listed.
   */
  reload(): Promise<void> {
    const { data, publish, list, log } = this.#options;
    const changed = this.#change.then(async () => {
      const keys = await loadKeys(data);
      const clients = await clientsOf(keys);
      // A broker that is away hears of them when it is back.
      await publish(keys.signedManifest).catch((error: unknown) => log('warn', 'keys-not-published', { error }));
      const before = this.#keys;
      this.#keys = keys;
      this.#clients = clients;
      log('info', 'keys-changed', { version: keys.manifest.version, signer: keys.signer.kid });
      if (before.signer.kid !== keys.signer.kid) await this.#signAnew();
    });
    this.#change = changed.catch(() => undefined);
    return changed.then(() => list().catch((error: unknown) => log('warn', 'index-failed', { error })));
  }

  close(): void {
    clearInterval(this.#timer);
  }

  async #signAnew(): Promise<void> {
    const { database, log } = this.#options;
    const messages = await signAnew(database, this.#keys.signer);
    if (messages > 0) log('info', 'signed-anew', { messages, signer: this.#keys.signer.kid });
  }

  async #beforeItEnds(): Promise<void> {
    if ((await rotatedInTime(this.#options, this.#keys)) !== undefined) await this.reload();
  }
}

/**
 * [P-109] The keys after a rotation, where the signing key ends soon and the root key lies here; undefined where nothing has
 * changed. Without the root key the log asks for a rotation, and says so too where one failed.
 */
async function rotatedInTime(
  { data, log }: Pick<KeyringOptions, 'data' | 'log'>,
  { signer, signerEnds }: CentreKeys,
): Promise<CentreKeys | undefined> {
  if (signerEnds === undefined || Date.parse(signerEnds) - Date.now() > EARLY_MS) return undefined;
  try {
    if ((await readIfThere(keyPaths(data).rootPrivate)) !== undefined) {
      const { kid, version } = await rotateKeys(data, SIGNING_DAYS);
      log('info', 'signing-key-rotated', { kid, version, before: signer.kid });
      return await loadKeys(data);
    }
  } catch (error) {
    log('error', 'signing-key-not-rotated', { error });
  }
  log('warn', 'signing-key-ends', { kid: signer.kid, at: signerEnds, command: 'loa-broker keys rotate' });
  return undefined;
}

const clientsOf = ({ manifest }: CentreKeys): Promise<KeyLookup> =>
  keyLookup(manifest, 'client', (instant) => instant <= new Date().toISOString());
