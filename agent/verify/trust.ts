import type { CryptoKey } from 'jose';
import type { KeyLookup } from '../../protocol/envelope.ts';
import { decodeKeys, importPublicKey, type Keys, keyLookup } from '../../protocol/keys.ts';
import { accepted, type Decoded, refused } from '../../protocol/refusal.ts';

/** The keys this station obeys: those of the newest manifest that its pinned root key has signed. */
export class Trust {
  readonly #centre: string;
  readonly #root: CryptoKey;
  #manifest: Keys | undefined;
  #lookup: KeyLookup = (kid) => refused('unknown-key', `${kid.slice(0, 64)}: no key manifest yet`);

  private constructor(centre: string, root: CryptoKey) {
    this.#centre = centre;
    this.#root = root;
  }

  /** `root`: 32 bytes in base64url, as the configuration pins it. Throws TypeError when they are no key. */
  static async pin(centre: string, root: string): Promise<Trust> {
    return new Trust(centre, await importPublicKey(root));
  }

  get established(): boolean {
    return this.#manifest !== undefined;
  }

  /** Finds a key of use `centre`; a client's key is unknown here [P-14]. */
  get lookup(): KeyLookup {
    return this.#lookup;
  }

  /** Takes a manifest of unknown origin. An older one than ours is refused, so a revocation cannot be undone. */
  async accept(bytes: Uint8Array): Promise<Decoded<Keys>> {
    const decoded = await decodeKeys(bytes, this.#root);
    if (!decoded.ok) return decoded;
    const manifest = decoded.value;
    if (manifest.centre !== this.#centre) return refused('wrong-centre', manifest.centre);
    if (this.#manifest !== undefined && manifest.version < this.#manifest.version) {
      return refused('superseded', `manifest ${manifest.version} is older than ${this.#manifest.version}`);
    }
    this.#lookup = await keyLookup(manifest, 'centre');
    this.#manifest = manifest;
    return accepted(manifest);
  }
}
