import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ChildFailure } from '../process/child.ts';
import { AGENT_PROGRAM } from './agent-process.ts';
import type { StationIdentity } from './configuration-file.ts';

const run = promisify(execFile);
const DEADLINE_MS = 30_000;

/** Where an enrolment into a station's folder puts what it gets. */
export const identityIn = (directory: string): StationIdentity => ({
  certificate: join(directory, 'state', 'certificate.pem'),
  authority: join(directory, 'state', 'authority.pem'),
});

export interface EnrolStationOptions {
  readonly station: string;
  readonly directory: string;
  /** `https://…` of the centre. */
  readonly centre: string;
  readonly code: string;
  readonly signal: AbortSignal;
}

/**
 * `loa-agent enrol`, as a technician types it at the board. The configuration that it writes stays unused: the station's own
 * may name a broker that is none of the centre's. Rejects with ChildFailure.
 */
export async function enrolStation(options: EnrolStationOptions): Promise<void> {
  const { station, directory, centre, code, signal } = options;
  const places = ['--config', join(directory, 'enrolled.toml'), '--state', join(directory, 'state')];
  const where = ['--centre', centre, '--code', code, ...places, '--line', 'tcp://127.0.0.1:1'];
  try {
    await run(process.execPath, [AGENT_PROGRAM, 'enrol', ...where], { timeout: DEADLINE_MS, signal });
  } catch (error) {
    if (!(error instanceof Error) || error.name === 'AbortError') throw error;
    throw new ChildFailure(`loa-agent enrol ${station}`, 'failed', 'stderr' in error ? String(error.stderr) : '');
  }
}
