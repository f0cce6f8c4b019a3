import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';

/**
 * Whether the operating system's clock is synchronised: a word that is another one after every synchronisation, and
 * undefined while it is not. Never rejects and never blocks.
 */
export type Synchronisation = () => Promise<string | undefined>;

/** systemd-timesyncd touches this file whenever it has synchronised the clock. */
const TIMESYNC_MARK = '/run/systemd/timesync/synchronized';
const CHRONYC_DEADLINE_MS = 1_000;
/** chronyd may slew an hour away for half a day, and calls its clock synchronised all that while. */
const MOST_CORRECTION_S = 1;
/** What chronyd serves by its `local` directive: its own clock, synchronised with nothing. */
const LOCAL = '7F7F0101';

/** By whichever of the two Debian packages keeps the time; they exclude each other. */
export const systemSynchronisation: Synchronisation = async () => (await timesyncd()) ?? (await chrony());

export async function timesyncd(mark = TIMESYNC_MARK): Promise<string | undefined> {
  return stat(mark).then(
    ({ mtimeMs }) => `timesyncd ${mtimeMs}`,
    () => undefined,
  );
}

/**
 * Asks chronyd by `chronyc`, which as anybody but root and chrony speaks UDP to 127.0.0.1:323; chronyd answers
 * `tracking` there to everybody on this machine. Without chrony, or while it does not answer, undefined.
 */
export async function chrony(server: readonly string[] = [], program = 'chronyc'): Promise<string | undefined> {
  const answer = await new Promise<string>((resolve) => {
    const options = { timeout: CHRONYC_DEADLINE_MS, killSignal: 'SIGKILL', env: process.env } as const;
    execFile(program, [...server, '-n', '-c', 'tracking'], options, (error, stdout) => resolve(error ? '' : stdout));
  });
  // chronyc(1), tracking: reference, name, stratum, time of the last measurement, correction still to be made, …, leap.
  const [reference, , , measuredAt, correction, ...rest] = answer.trim().split(',');
  const leap = rest.at(-1);
  if (reference === undefined || leap === undefined || leap === 'Not synchronised' || reference === LOCAL) {
    return undefined;
  }
  if (!(Math.abs(Number(correction)) <= MOST_CORRECTION_S)) return undefined;
  return `chrony ${measuredAt}`;
}
