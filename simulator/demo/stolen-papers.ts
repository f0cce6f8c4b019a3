import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as x509 from '@peculiar/x509';

interface Credentials {
  readonly cert: string;
  readonly key: string;
}

/** Certificates that a station and a broker take for each other's. */
export interface Papers {
  /** The authority's own certificate, in PEM. */
  readonly authority: string;
  readonly server: Credentials;
  readonly client: Credentials;
}

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const A_DAY_MS = 86_400_000;

/**
 * What somebody can make who has stolen the key of the centre's authority out of its data folder: a certificate as the
 * broker, and one as the station.
 */
export async function stealPapers(data: string, station: string): Promise<Papers> {
  const authority = await readFile(join(data, 'keys', 'authority.crt'), 'utf8');
  const stolen = await readFile(join(data, 'keys', 'authority.pem'), 'utf8');
  const signingKey = await webcrypto.subtle.importKey(
    'pkcs8',
    x509.PemConverter.decodeFirst(stolen),
    ALGORITHM,
    false,
    ['sign'],
  );
  const { subject: issuer } = new x509.X509Certificate(authority);

  const issue = async (
    subject: { readonly CN: string; readonly O: string },
    extension: x509.Extension,
  ): Promise<Credentials> => {
    const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
    const certificate = await x509.X509CertificateGenerator.create({
      ...{ issuer, signingKey, publicKey: keys.publicKey, signingAlgorithm: ALGORITHM },
      subject: [{ CN: [subject.CN] }, { O: [subject.O] }],
      notBefore: new Date(0),
      notAfter: new Date(Date.now() + A_DAY_MS),
      extensions: [extension],
    });
    const key = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey);
    return {
      cert: certificate.toString('pem'),
      key: x509.PemConverter.encode(key, x509.PemConverter.PrivateKeyTag),
    };
  };

  return {
    authority,
    server: await issue(
      { CN: '127.0.0.1', O: 'centre' },
      new x509.SubjectAlternativeNameExtension([{ type: 'ip', value: '127.0.0.1' }]),
    ),
    client: await issue(
      { CN: station, O: 'station' },
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.clientAuth]),
    ),
  };
}
