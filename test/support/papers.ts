import { KeyObject } from 'node:crypto';
import { generateKeyPair } from 'jose';
import type { Authority } from '../../broker/authority/authority.ts';
import type { Role } from '../../broker/authority/identity.ts';

/** A client certificate and its key, in PEM, as `node:tls` takes them. */
export interface Papers {
  readonly cert: string;
  readonly key: string;
}

/** What an enrolment gives to a board, without the board. */
export async function issuePapers(authority: Authority, id: string, role: Role = 'station'): Promise<Papers> {
  const { publicKey, privateKey } = await generateKeyPair('Ed25519', { extractable: true });
  const { certificate } = await authority.issueClient({ id, role }, publicKey);
  const key = KeyObject.from(privateKey).export({ type: 'pkcs8', format: 'pem' });
  return { cert: certificate, key: key as string };
}
