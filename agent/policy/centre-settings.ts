import {
  type CentreConfiguration,
  centreConfigurationSchema,
  decodeCentreConfiguration,
} from '../../protocol/configuration.ts';
import { validate } from '../../protocol/decode.ts';
import type { KeyLookup } from '../../protocol/envelope.ts';
import { accepted, type Decoded, Refusal, refused } from '../../protocol/refusal.ts';
import type { Journal } from '../book/journal.ts';
import type { IsRevoked } from '../book/revoked.ts';
import type { Log } from '../log.ts';

export interface CentreSettingsOptions {
  readonly centre: string;
  readonly station: string;
  readonly journal: Journal;
  readonly log: Log;
  /** Whether a key was revoked. */
  readonly isRevoked: IsRevoked;
}

const FACT = 'centre-configuration';
/** The key that signed it. */
const SIGNED_BY = 'centre-configuration-key';

/** What the centre has set at this station, as the journal holds it [P-75]: it needs neither link nor keys to count. */
export class CentreSettings {
  readonly #options: CentreSettingsOptions;
  #read: { readonly text: string; readonly value: CentreConfiguration | undefined } | undefined;

  constructor(options: CentreSettingsOptions) {
    this.#options = options;
  }

  get standing(): CentreConfiguration | undefined {
    const { journal, log, isRevoked } = this.#options;
    const text = journal.facts.get(FACT);
    // [P-103] What the holder of a revoked key has set counts no more, nor does the number that he gave it.
    if (text === undefined || isRevoked(journal.facts.get(SIGNED_BY))) return undefined;
    if (this.#read?.text !== text) {
      const stored = validate(centreConfigurationSchema, JSON.parse(text));
      // The birth then says that there is none, and the centre sends it again [P-76].
      if (!stored.ok) log('error', 'configuration-unreadable', { error: stored.refusal });
      this.#read = { text, value: stored.ok ? stored.value : undefined };
    }
    return this.#read.value;
  }

  /**
   * Takes a message of unknown origin; resolves when it is on the journal and counts, with false where it is the one that
   * stands. A refusal changes nothing. Rejects when the journal cannot be written.
   */
  async take(token: Uint8Array, lookup: KeyLookup): Promise<Decoded<boolean>> {
    const { journal, log } = this.#options;
    const decoded = await decodeCentreConfiguration(token, lookup);
    if (!decoded.ok) return decoded;
    const { value: wanted, kid } = decoded.value;
    const meant = this.#isMeant(wanted);
    if (!meant.ok) return meant;
    let older: Refusal | undefined;
    const taken = await journal.commit(() => {
      const text = JSON.stringify(wanted);
      const standing = this.standing;
      if (text === JSON.stringify(standing)) return undefined;
      if (standing !== undefined && wanted.version <= standing.version) {
        older = new Refusal('superseded', `version ${wanted.version}, ours is ${standing.version}`);
        return undefined;
      }
      return { facts: { [FACT]: text, [SIGNED_BY]: kid } };
    });
    if (older !== undefined) return { ok: false, refusal: older };
    if (taken) log('info', 'configuration-taken', { version: wanted.version });
    return accepted(taken);
  }

  #isMeant(wanted: CentreConfiguration): Decoded<undefined> {
    const { centre, station } = this.#options;
    if (wanted.centre !== centre) return refused('wrong-centre', wanted.centre);
    return wanted.station === station ? accepted(undefined) : refused('not-addressed', wanted.station);
  }
}
