import { readFile } from 'node:fs/promises';
import type { Configuration } from '../configuration/schema.ts';

/** What a station shows and believes in TLS, both in PEM; empty where plain MQTT was asked for. */
export interface Identity {
  readonly certificate?: string;
  /** The centre's authority. */
  readonly authority?: string;
}

/** Throws when a file that the configuration names cannot be read. */
export async function readIdentity({ link, trust }: Configuration): Promise<Identity> {
  const [certificate, authority] = await Promise.all(
    [link.certificate, trust.authority].map((path) => path && readFile(path, 'utf8')),
  );
  return { ...(certificate && { certificate }), ...(authority && { authority }) };
}
