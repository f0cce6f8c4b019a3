import { randomBytes } from 'node:crypto';
import type { Keys } from '../../protocol/keys.ts';
import { MAX_REVOKED_KEYS } from '../../protocol/limits.ts';
import { KeyStoreError } from './errors.ts';

const DAY_MS = 86_400_000;
/** A signing key that has a successor is listed so long: for what it signed and is still on its way. */
const GRACE_DAYS = 30;

export type ManifestKey = Keys['keys'][number];

/** What is to be different in the next manifest. */
export interface ManifestChange {
  readonly add?: ManifestKey;
  /** Names of keys that must not count any more. */
  readonly revoke?: readonly string[];
}

/**
 * The manifest that follows. Keys that have ended are listed no more; a new signing key ends the ones before it soon. Throws
 * KeyStoreError `too-many-revoked`.
 */
export function following(manifest: Keys, { add, revoke = [] }: ManifestChange, now: Date): Keys {
  const issuedAt = now.toISOString();
  const graceEnds = inDays(now, GRACE_DAYS);
  const kept = manifest.keys
    .filter(({ kid, notAfter }) => !revoke.includes(kid) && (notAfter === undefined || notAfter > issuedAt))
    .map((key) => (add?.use === 'centre' && key.use === 'centre' ? endingBy(key, graceEnds) : key));
  return {
    ...manifest,
    version: manifest.version + 1,
    issuedAt,
    keys: [...kept, ...(add === undefined ? [] : [add])],
    revoked: remembered([...manifest.revoked.filter((kid) => !revoke.includes(kid)), ...revoke]),
  };
}

/**
 * As many as a manifest has room for. The oldest of clients give way: no station obeys one, and at the
 * centre a key that is listed nowhere counts for nothing. A signing key that is forgotten would be good again for what a station has booked by it [P-102].
 */
function remembered(revoked: readonly string[]): string[] {
  const surplus = new Set(revoked.filter(isClientKid).slice(0, Math.max(0, revoked.length - MAX_REVOKED_KEYS)));
  const kept = revoked.filter((kid) => !surplus.has(kid));
  if (kept.length > MAX_REVOKED_KEYS) throw new KeyStoreError('too-many-revoked', String(MAX_REVOKED_KEYS));
  return kept;
}

/** All that a manifest keeps of a revoked key is its name, so it says what the key was for. */
export const newClientKid = (client: string): string => `client-${client.slice(-48)}-${randomBytes(4).toString('hex')}`;
const isClientKid = (kid: string): boolean => kid.startsWith('client-');

/** What a person who signs `next` should see of it. */
export interface Differences {
  readonly added: readonly ManifestKey[];
  readonly revoked: readonly string[];
  /** Listed no more, and not revoked: they have ended. */
  readonly dropped: readonly string[];
}

export function differences(before: Keys, next: Keys): Differences {
  const same = (key: ManifestKey, other: ManifestKey): boolean =>
    JSON.stringify({ ...key, notAfter: undefined }) === JSON.stringify({ ...other, notAfter: undefined });
  return {
    added: next.keys.filter((key) => !before.keys.some((other) => same(key, other))),
    revoked: next.revoked.filter((kid) => !before.revoked.includes(kid)),
    dropped: before.keys
      .map(({ kid }) => kid)
      .filter((kid) => !next.revoked.includes(kid) && !next.keys.some((key) => key.kid === kid)),
  };
}

export const inDays = (from: Date, days: number): string => new Date(from.getTime() + days * DAY_MS).toISOString();

const endingBy = (key: ManifestKey, end: string): ManifestKey =>
  key.notAfter !== undefined && key.notAfter < end ? key : { ...key, notAfter: end };
