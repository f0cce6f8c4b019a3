import { mkdir } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { parseCode } from '../../protocol/enrolment.ts';
import { exists, writePrivate } from '../card/durable.ts';
import { EnrolmentError } from './enrolment-error.ts';
import { firstConfiguration } from './first-configuration.ts';
import { identityPaths, inPlace, obtainIdentity } from './identity.ts';

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
  await inPlace(() => mkdir(dirname(resolve(config)), { recursive: true }));
  const answer = await obtainIdentity(centre, code, state);
  // The configuration comes last: with it a board is complete.
  if (!kept) {
    const { authority, certificate } = identityPaths(state);
    const written = firstConfiguration(answer, { state, line: line ?? '', authority, certificate });
    await inPlace(() => writePrivate(config, written));
  }
  return { station: answer.plan.station, centre: answer.centre, config, kept };
}
