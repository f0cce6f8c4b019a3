import type { CryptoKey } from 'jose';
import type { KeyLookup, Opened } from '../../protocol/envelope.ts';
import { decodeKeys, importPublicKey, type Keys, keyLookup } from '../../protocol/keys.ts';
import { accepted, type Decoded, refused } from '../../protocol/refusal.ts';
import { decodeTime, type Time } from '../../protocol/time.ts';
import type { StationClock } from '../clock/station-clock.ts';

export interface TrustOptions {
  readonly centre: string;
  /** 32 bytes in base64url, as the configuration pins it. */
  readonly root: string;
  readonly stationClock: Pick<StationClock, 'trusted' | 'now'>;
}

const nothing: KeyLookup = (kid) => refused('unknown-key', `${kid.slice(0, 64)}: no key manifest yet`);

/** The keys this station obeys: those of the newest manifest that its pinned root key has signed [P-100]. */
export class Trust {
  readonly #options: TrustOptions;
  readonly #root: CryptoKey;
  #manifest: { readonly bytes: Buffer; readonly keys: Keys } | undefined;
  #lookup = nothing;
  #lookupAtAnyTime = nothing;

  private constructor(options: TrustOptions, root: CryptoKey) {
    this.#options = options;
    this.#root = root;
  }

  /** Throws TypeError when the root is no key. */
  static async pin(options: TrustOptions): Promise<Trust> {
    return new Trust(options, await importPublicKey(options.root));
  }

  get established(): boolean {
    return this.#manifest !== undefined;
  }

  /** The version of the manifest that it keeps to. */
  get version(): number | undefined {
    return this.#manifest?.keys.version;
  }

  /**
   * Finds a key of use `centre`; a client's key is unknown here [P-14]. [P-101] One that has ended is refused as soon as
   * the time is trusted: until then nobody can say that it has, and a warning must not wait for the time.
   */
  get lookup(): KeyLookup {
    return this.#lookup;
  }

  /** That manifest as the root has signed it. */
  get signed(): Uint8Array | undefined {
    return this.#manifest?.bytes;
  }

  isRevoked(kid: string | undefined): boolean {
    return kid !== undefined && this.#manifest?.keys.revoked.includes(kid) === true;
  }

  /** Opens an answer about the time. [P-101] Its key is judged by the time that it tells, for ours may be wrong. */
  async openTime(bytes: Uint8Array): Promise<Decoded<Opened<Time>>> {
    const opened = await decodeTime(bytes, this.#lookupAtAnyTime);
    if (!opened.ok) return opened;
    const { kid, value } = opened.value;
    const end = this.#manifest?.keys.keys.find((key) => key.kid === kid)?.notAfter;
    return end !== undefined && end <= value.now ? refused('expired-key', `${kid} ended ${end}`) : opened;
  }

  /**
   * Takes a manifest of unknown origin. [P-100] Any later one follows ours, however many were slept through. An older one,
   * or another under the same number, is refused, so that a revocation cannot be undone.
   */
  async accept(bytes: Uint8Array): Promise<Decoded<Keys>> {
    const decoded = await decodeKeys(bytes, this.#root);
    if (!decoded.ok) return decoded;
    const keys = decoded.value;
    const { centre, stationClock } = this.#options;
    if (keys.centre !== centre) return refused('wrong-centre', keys.centre);
    const isPast = (instant: string) => stationClock.trusted && Date.parse(instant) <= stationClock.now();
    const lookups = await Promise.all([keyLookup(keys, 'centre', isPast), keyLookup(keys, 'centre')]);
    // Compared in the same step as it is taken over: two that came together are read side by side.
    const ours = this.#manifest;
    if (ours !== undefined && keys.version < ours.keys.version) {
      return refused('superseded', `manifest ${keys.version} is older than ${ours.keys.version}`);
    }
    if (ours !== undefined && keys.version === ours.keys.version && !ours.bytes.equals(bytes)) {
      return refused('superseded', `another manifest ${keys.version} is in force`);
    }
    [this.#lookup, this.#lookupAtAnyTime] = lookups;
    this.#manifest = { bytes: Buffer.from(bytes), keys };
    return accepted(keys);
  }
}
