import { rootCertificates } from 'node:tls';
import type { Authority } from './authority.ts';

/** In PEM. */
export interface CentreIdentity {
  readonly cert: string;
  readonly key: string;
  readonly ca: string[];
}

/**
 * What the centre shows to a broker that is not its own, and whom it believes there: its own authority, so that stations
 * can believe the same broker, and what everybody believes.
 */
export async function centreIdentity(authority: Authority, id: string): Promise<CentreIdentity> {
  const { certificate, key } = await authority.issueCentre(id);
  return { cert: certificate, key, ca: [authority.certificate, ...rootCertificates] };
}
