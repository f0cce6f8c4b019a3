import { createHash, X509Certificate } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { validate } from '../../protocol/decode.ts';
import { type EnrolmentAnswer, type EnrolmentCode, enrolmentAnswerSchema } from '../../protocol/enrolment.ts';
import { writePrivate } from '../card/durable.ts';
import { openStationKey } from '../report/station-key.ts';
import { askCentre } from './ask-centre.ts';
import { certificateRequest, isCertificateOf } from './certificate.ts';
import { EnrolmentError } from './enrolment-error.ts';

/** Where the identity of a board lies in its state folder. */
export const identityPaths = (state: string) => ({
  /** The centre's whole answer: what the code was worth, should anything come in between before all else is written. */
  answer: join(state, 'enrolment.json'),
  authority: join(state, 'authority.pem'),
  certificate: join(state, 'certificate.pem'),
});

/**
 * Turns a code into this board's identity [P-90]: the key is made here and stays here. The answer is written down
 * before anything is made of it, since the code works only once [P-112]. Throws EnrolmentError.
 */
export async function obtainIdentity(centre: string, code: EnrolmentCode, state: string): Promise<EnrolmentAnswer> {
  const key = await inPlace(async () => {
    await mkdir(state, { recursive: true, mode: 0o700 });
    return openStationKey(state, 'station');
  });
  const answer = await askCentre(centre, code, await certificateRequest(key));
  if (!isCertificateOf(answer.certificate, key.publicKey)) {
    throw new EnrolmentError('answer-unreadable', 'the certificate is for another key');
  }
  await inPlace(async () => {
    await writePrivate(identityPaths(state).answer, JSON.stringify({ ...answer, code: digestOf(code) }));
    await writeCertificates(state, answer);
  });
  return answer;
}

/** What an enrolment gave, and the digest of the code that it took; that is not there in what was written without it. */
const knownSchema = v.object({ ...enrolmentAnswerSchema.entries, code: v.optional(v.string()) });
export type KnownIdentity = v.InferOutput<typeof knownSchema>;

/**
 * What an earlier enrolment of this board gave, finished if it was cut short; undefined where there was none, or where
 * the board's key is another one now. Throws EnrolmentError when it cannot be written.
 */
export async function knownIdentity(state: string): Promise<KnownIdentity | undefined> {
  const paths = identityPaths(state);
  const stored = await readFile(paths.answer, 'utf8').catch(() => undefined);
  if (stored === undefined) return undefined;
  const answer = validate(knownSchema, parsed(stored));
  if (!answer.ok) return undefined;
  const key = await inPlace(() => openStationKey(state, 'station'));
  if (!isCertificateOf(answer.value.certificate, key.publicKey)) return undefined;
  const held = await readFile(paths.certificate, 'utf8').catch(() => '');
  if (!isOf(answer.value, held)) await inPlace(() => writeCertificates(state, answer.value));
  return answer.value;
}

/** Whether it is this code that gave it. */
export const isFrom = (known: KnownIdentity, code: EnrolmentCode): boolean => known.code === digestOf(code);

/** A used code opens nothing any more; all the same it is not kept itself. */
const digestOf = ({ secret, authority }: EnrolmentCode): string =>
  createHash('sha256').update(`${secret} ${authority}`).digest('hex');

/** Does what writes files; what keeps it from that becomes an EnrolmentError. */
export async function inPlace<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw new EnrolmentError('cannot-write', (cause as Error).message, cause);
  }
}

async function writeCertificates(state: string, answer: EnrolmentAnswer): Promise<void> {
  const paths = identityPaths(state);
  await writePrivate(paths.authority, answer.authority);
  await writePrivate(paths.certificate, answer.certificate);
}

/** Whether a certificate is what an enrolment gave, or was renewed since; what an earlier enrolment gave was to be replaced. */
function isOf(answer: EnrolmentAnswer, held: string): boolean {
  if (held === answer.certificate) return true;
  try {
    const [given, renewed] = [new X509Certificate(answer.certificate), new X509Certificate(held)];
    const isOurs = renewed.verify(new X509Certificate(answer.authority).publicKey) && renewed.subject === given.subject;
    return isOurs && Date.parse(renewed.validTo) > Date.parse(given.validTo);
  } catch {
    return false;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
