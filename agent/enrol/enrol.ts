import { mkdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { type EnrolmentAnswer, parseCode } from '../../protocol/enrolment.ts';
import { exists, writePrivate } from '../card/durable.ts';
import { openStationKey } from '../report/station-key.ts';
import { askCentre } from './ask-centre.ts';
import { certificateRequest, isCertificateOf } from './certificate.ts';
import { EnrolmentError } from './enrolment-error.ts';
import { firstConfiguration } from './first-configuration.ts';

export interface EnrolOptions {
  /** The centre's address, like https://centre:8443. */
  readonly centre: string;
  /** As the centre printed it. */
  readonly code: string;
  /** The configuration file to be; one that is there already keeps its hardware and zones. */
  readonly config: string;
  /** Folder of the journal, the cache and the identity. */
  readonly state: string;
  /** The controller's line, like serial:/dev/ttyUSB0; needed for a new configuration. */
  readonly line?: string | undefined;
}

export interface Enrolled {
  readonly station: string;
  readonly centre: string;
  readonly config: string;
  /** Whether a configuration was there before, and stands. */
  readonly kept: boolean;
}

/**
 * Makes a board one of the centre's stations [P-90]: the key is made here and stays here; the code proves the board to
 * the centre, and the centre to the board. Throws EnrolmentError.
 */
export async function enrol({ centre, code: typed, config, state, line }: EnrolOptions): Promise<Enrolled> {
  const code = parseCode(typed);
  if (code === undefined) throw new EnrolmentError('code-unreadable', '24 letters and digits');
  const kept = await exists(config);
  // Before the code is used up: afterwards it would be gone for nothing.
  if (!kept && line === undefined) throw new EnrolmentError('line-missing', config);
  const key = await inPlace(async () => {
    await mkdir(state, { recursive: true, mode: 0o700 });
    await mkdir(dirname(resolve(config)), { recursive: true });
    return openStationKey(state, 'station');
  });
  const answer = await askCentre(centre, code, await certificateRequest(key));
  if (!isCertificateOf(answer.certificate, key.publicKey)) {
    throw new EnrolmentError('answer-unreadable', 'the certificate is for another key');
  }
  await inPlace(() => write(answer, { config, state, line, kept }));
  return { station: answer.plan.station, centre: answer.centre, config, kept };
}

/** The configuration comes last: with it a board is complete. */
async function write(
  answer: EnrolmentAnswer,
  { config, state, line, kept }: Pick<EnrolOptions, 'config' | 'state' | 'line'> & { readonly kept: boolean },
): Promise<void> {
  const paths = { authority: join(state, 'authority.pem'), certificate: join(state, 'certificate.pem') };
  await writePrivate(paths.authority, answer.authority);
  await writePrivate(paths.certificate, answer.certificate);
  if (!kept) await writePrivate(config, firstConfiguration(answer, { state, line: line ?? '', ...paths }));
}

async function inPlace<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw new EnrolmentError('cannot-write', (cause as Error).message, cause);
  }
}
