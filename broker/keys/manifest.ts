import type { Keys } from '../../protocol/keys.ts';
import { MAX_REVOKED_KEYS } from '../../protocol/limits.ts';

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

/** The manifest that follows. Keys that have ended are listed no more; a new signing key ends the ones before it soon. */
export function following(manifest: Keys, { add, revoke = [] }: ManifestChange, now: Date): Keys {
  const issuedAt = now.toISOString();
  const graceEnds = inDays(now, GRACE_DAYS);
  const kept = manifest.keys
    .filter(({ kid, notAfter }) => !revoke.includes(kid) && (notAfter === undefined || notAfter > issuedAt))
    .map((key) => (add?.use === 'centre' && key.use === 'centre' ? endingBy(key, graceEnds) : key));
  const revoked = [...manifest.revoked.filter((kid) => !revoke.includes(kid)), ...revoke];
  return {
    ...manifest,
    version: manifest.version + 1,
    issuedAt,
    keys: [...kept, ...(add === undefined ? [] : [add])],
    revoked: revoked.slice(-MAX_REVOKED_KEYS),
  };
}

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
