import { type FieldProblem, Refusal } from '../../protocol/refusal.ts';

/** What a person can put right: keys that are there already, not there yet, or not what they should be. */
export type KeyStoreFault =
  | 'exists'
  | 'missing'
  /** The API token is not there, or too short to be one. */
  | 'no-token'
  | 'invalid'
  | 'unreadable'
  | 'unknown'
  /** The manifest has no room for another revoked signing key. */
  | 'too-many-revoked'
  /** There is no such request to sign, or it does not follow the manifest in force. */
  | 'no-request'
  | 'no-root'
  | 'other-root'
  /** A manifest to import that is not later than ours, or whose signing key is not here. */
  | 'superseded';

export class KeyStoreError extends Error {
  override readonly name = 'KeyStoreError';
  readonly code: KeyStoreFault;
  /** What of that which was given is not right, where the code is `invalid`. */
  readonly fields: readonly FieldProblem[];

  constructor(code: KeyStoreFault, detail: string, cause?: unknown) {
    super(detail, cause === undefined ? {} : { cause });
    this.code = code;
    this.fields = cause instanceof Refusal ? cause.fields : [];
  }
}
