import { join } from 'node:path';

/** Where the keys of a data folder lie. */
export const keyPaths = (data: string) => ({
  folder: join(data, 'keys'),
  /** Not on this machine where the manifests are signed elsewhere [P-106]. */
  rootPrivate: join(data, 'keys', 'root.pem'),
  rootPublic: join(data, 'keys', 'root.pub'),
  signing: (kid: string) => join(data, 'keys', `signing-${kid}.pem`),
  manifest: join(data, 'keys', 'manifest.jws'),
  request: (version: number) => join(data, 'keys', `request-${version}.json`),
  authorityPrivate: join(data, 'keys', 'authority.pem'),
  authority: join(data, 'keys', 'authority.crt'),
  token: join(data, 'api-token'),
});
