import { X509Certificate } from 'node:crypto';
import type { StationKey } from '../report/station-key.ts';

/**
 * A certificate request (PKCS #10) in PEM. The name in it says nothing: the centre's code decides which station it is.
 * The library is loaded only here, since it costs 100 ms and 20 MB that a running station does not need.
 */
export async function certificateRequest({ key, publicCryptoKey }: StationKey): Promise<string> {
  await import('reflect-metadata');
  const { Pkcs10CertificateRequestGenerator } = await import('@peculiar/x509');
  const request = await Pkcs10CertificateRequestGenerator.create({
    name: 'CN=station',
    keys: { privateKey: key, publicKey: publicCryptoKey },
    signingAlgorithm: { name: 'Ed25519' },
  });
  return request.toString('pem');
}

/** Whether a certificate speaks of this public key (32 bytes in base64url). */
export function isCertificateOf(certificate: string, publicKey: string): boolean {
  try {
    return new X509Certificate(certificate).publicKey.export({ format: 'jwk' }).x === publicKey;
  } catch {
    return false;
  }
}
