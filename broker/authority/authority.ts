import 'reflect-metadata';
import { randomBytes, webcrypto, X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import * as x509 from '@peculiar/x509';
import { normalSerial, type Role } from './identity.ts';

/** A certificate and its private key (PKCS #8), both in PEM. */
export interface Credentials {
  readonly certificate: string;
  readonly key: string;
}

export interface Subject {
  /** A station's or an ordering client's id. */
  readonly id: string;
  readonly role: Role;
}

export interface Issued {
  readonly certificate: string;
  /** As `normalSerial` writes it. */
  readonly serial: string;
  readonly expiresAt: string;
}

export interface RequestedKey {
  readonly key: webcrypto.CryptoKey;
  /** Its 32 bytes in base64url. */
  readonly publicKey: string;
}

/** P-256 and not Ed25519, which browsers do not take in certificates. */
const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const DAY_MS = 86_400_000;
const AUTHORITY_DAYS = 30 * 365;
const SERVER_DAYS = 90;
const CLIENT_DAYS = 2 * 365;

/**
 * A board has no battery clock and starts in 1970; it must reach its centre before it can know the time. So nothing that
 * we issue begins later than that: an end is what limits it, and revocation. [P-92]
 */
const ALWAYS = new Date(0);

/**
 * The centre's certificate authority: for TLS alone, what stations obey is signed by other keys. Its private key stays
 * with the centre, which needs it to enrol and to renew.
 */
export class Authority {
  /** The authority's own certificate in PEM: what a station pins for TLS. */
  readonly certificate: string;
  readonly #parsed: x509.X509Certificate;
  readonly #key: webcrypto.CryptoKey;

  private constructor(certificate: string, key: webcrypto.CryptoKey) {
    this.certificate = certificate;
    this.#parsed = new x509.X509Certificate(certificate);
    this.#key = key;
  }

  /** Makes a new authority. `centre` becomes part of its name. */
  static async create(centre: string): Promise<Credentials> {
    const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
    const certificate = await x509.X509CertificateGenerator.createSelfSigned({
      serialNumber: newSerial(),
      name: nameOf(`Loa ${centre}`, 'authority'),
      notBefore: ALWAYS,
      notAfter: inDays(AUTHORITY_DAYS),
      signingAlgorithm: ALGORITHM,
      keys,
      extensions: [
        new x509.BasicConstraintsExtension(true, 0, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
        await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      ],
    });
    return { certificate: certificate.toString('pem'), key: await toPem(keys.privateKey) };
  }

  /** Throws when the two are not a certificate and its key. */
  static async load({ certificate, key }: Credentials): Promise<Authority> {
    const der = x509.PemConverter.decodeFirst(key);
    const authority = new Authority(
      certificate,
      await webcrypto.subtle.importKey('pkcs8', der, ALGORITHM, false, ['sign']),
    );
    if (!new X509Certificate(certificate).ca) throw new Error('no certificate of an authority');
    return authority;
  }

  /** SHA-256 of the certificate's DER bytes, hexadecimal: an enrolment code carries its beginning. */
  async fingerprint(): Promise<string> {
    return Buffer.from(await this.#parsed.getThumbprint('SHA-256')).toString('hex');
  }

  /** A server's certificate, with a key of its own. `names`: host names and addresses under which it is reached. */
  async issueServer(names: readonly string[]): Promise<Credentials> {
    const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
    const certificate = await this.#issue(keys.publicKey, {
      subject: nameOf(names[0] ?? 'localhost', 'centre'),
      days: SERVER_DAYS,
      usage: x509.ExtendedKeyUsage.serverAuth,
      names,
    });
    return { certificate: certificate.toString('pem'), key: await toPem(keys.privateKey) };
  }

  /** What this centre shows to a broker that is not its own, with a key of its own. It lets nobody into ours. */
  async issueCentre(id: string): Promise<Credentials> {
    const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
    const certificate = await this.#issue(keys.publicKey, {
      subject: nameOf(id, 'centre'),
      days: SERVER_DAYS,
      usage: x509.ExtendedKeyUsage.clientAuth,
      names: [],
    });
    return { certificate: certificate.toString('pem'), key: await toPem(keys.privateKey) };
  }

  /** A certificate for a key whose owner has shown that it is theirs. */
  async issueClient({ id, role }: Subject, publicKey: webcrypto.CryptoKey, days = CLIENT_DAYS): Promise<Issued> {
    const certificate = await this.#issue(publicKey, {
      subject: nameOf(id, role),
      days,
      usage: x509.ExtendedKeyUsage.clientAuth,
      names: [],
    });
    return {
      certificate: certificate.toString('pem'),
      serial: normalSerial(certificate.serialNumber),
      expiresAt: certificate.notAfter.toISOString(),
    };
  }

  /**
   * The public key of a certificate request (PKCS #10, PEM) that was signed with its private one; undefined when the
   * request cannot be read or its signature is not right. Only Ed25519: a station's key also signs its reports.
   */
  static async requestedKey(request: string): Promise<RequestedKey | undefined> {
    try {
      const parsed = new x509.Pkcs10CertificateRequest(request);
      if (parsed.publicKey.algorithm.name !== 'Ed25519' || !(await parsed.verify())) return undefined;
      const key = await parsed.publicKey.export({ name: 'Ed25519' }, ['verify']);
      const { x } = await webcrypto.subtle.exportKey('jwk', key);
      return x === undefined ? undefined : { key, publicKey: x };
    } catch {
      return undefined;
    }
  }

  async #issue(
    publicKey: webcrypto.CryptoKey,
    { subject, days, usage, names }: { subject: x509.JsonName; days: number; usage: string; names: readonly string[] },
  ): Promise<x509.X509Certificate> {
    return x509.X509CertificateGenerator.create({
      serialNumber: newSerial(),
      subject,
      issuer: this.#parsed.subject,
      notBefore: ALWAYS,
      notAfter: inDays(days),
      signingAlgorithm: ALGORITHM,
      signingKey: this.#key,
      publicKey,
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.ExtendedKeyUsageExtension([usage], true),
        await x509.AuthorityKeyIdentifierExtension.create(this.#parsed.publicKey),
        ...(names.length > 0 ? [new x509.SubjectAlternativeNameExtension(names.map(alternativeName))] : []),
      ],
    });
  }
}

const alternativeName = (name: string) => ({ type: isIP(name) === 0 ? 'dns' : 'ip', value: name }) as const;

/** `O` tells the roles apart: a station's certificate is no ordering client's of the same name. */
const nameOf = (commonName: string, role: string) => [{ CN: [commonName] }, { O: [role] }];

/** 20 bytes at the most, positive (RFC 5280, 4.1.2.2). */
const newSerial = (): string => `01${randomBytes(15).toString('hex')}`;

const inDays = (days: number): Date => new Date(Math.floor((Date.now() + days * DAY_MS) / 1_000) * 1_000);

async function toPem(key: webcrypto.CryptoKey): Promise<string> {
  return x509.PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', key), x509.PemConverter.PrivateKeyTag);
}
