import { mkdir } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { stringify } from 'smol-toml';
import { parseCode } from '../../protocol/enrolment.ts';
import { writePrivate } from '../card/durable.ts';
import { EnrolmentError } from './enrolment-error.ts';
import { firstConfiguration } from './first-configuration.ts';
import { inPlace, obtainIdentity } from './identity.ts';
import { type Change, changesBetween, checkTable, readTable, withIdentity } from './identity-in-configuration.ts';

const STATE = '/var/lib/loa';

export interface EnrolOptions {
  /** The centre's address, like https://centre:8443. */
  readonly centre: string;
  /** As the centre printed it. */
  readonly code: string;
  /** The configuration file to be; one that is there already keeps all that the enrolment says nothing of. */
  readonly config: string;
  /** Folder of the journal, the cache and the identity; else the configuration's, else /var/lib/loa. */
  readonly state?: string | undefined;
  /** The controller's line, like serial:/dev/ttyUSB0; needed for a new configuration. */
  readonly line?: string | undefined;
}

export interface Enrolled {
  readonly station: string;
  readonly centre: string;
  readonly config: string;
  /** Whether a configuration was there before. */
  readonly kept: boolean;
  /** What is otherwise now in one that was there before. */
  readonly changes: readonly Change[];
}

/**
 * Makes a board one of the centre's stations [P-90]: the key is made here and stays here; the code proves the board to
 * the centre, and the centre to the board. Throws EnrolmentError, or ConfigurationError for a configuration that no
 * enrolment would mend; by then the code has not been used.
 */
export async function enrol({ centre, code: typed, config, line, ...options }: EnrolOptions): Promise<Enrolled> {
  const code = parseCode(typed);
  if (code === undefined) throw new EnrolmentError('code-unreadable', '24 letters and digits');
  const before = await readTable(config);
  if (before !== undefined) checkTable(config, before);
  // Before the code is used up: afterwards it would be gone for nothing.
  else if (line === undefined) throw new EnrolmentError('line-missing', config);
  const state = options.state ?? (typeof before?.state === 'string' ? before.state : STATE);
  await inPlace(() => mkdir(dirname(resolve(config)), { recursive: true }));
  const answer = await obtainIdentity(centre, code, state);
  const after = withIdentity(before ?? firstConfiguration(answer.plan, line ?? ''), answer, state);
  const changes = before === undefined ? [] : changesBetween(before, after);
  // The configuration comes last: with it a board is complete.
  if (before === undefined || changes.length > 0) await inPlace(() => writePrivate(config, stringify(after)));
  return { station: answer.plan.station, centre: answer.centre, config, kept: before !== undefined, changes };
}
