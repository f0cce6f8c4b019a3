import { type Clock, sleep } from '../clock/clock.ts';
import { NotRunningError } from '../control/client.ts';
import { control } from '../control/commands.ts';
import type { AiringLine, History, Status } from '../control/status.ts';
import type { Finding } from './record.ts';

const LOOK_MS = 250;

export interface FirstAiringOptions {
  /** The state folder of the agent that runs. */
  readonly state: string;
  /** Only what ended later counts; an instant of the centre's time, which the agent goes by. */
  readonly since: string;
  /** Whether the hardware measures the amplifier's output, so that nothing less than `sounded` is enough. */
  readonly sensesOutput: boolean;
  readonly waitMs: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Told once, when the station is online at its centre. */
  readonly onOnline: () => void;
}

/**
 * Waits for an order of the centre to be aired and for the centre to have its report [P-114]. Nothing less is a first
 * airing: the tone of the set-up proves wires, this proves the whole way.
 */
export async function awaitFirstAiring(options: FirstAiringOptions): Promise<Finding> {
  const { state, since, sensesOutput, waitMs, clock, signal, onOnline } = options;
  const end = clock.monotonic() + waitMs;
  let seen: Seen | undefined;
  let online = false;
  let wrong: AiringLine | undefined;
  let aired: AiringLine | undefined;
  while (clock.monotonic() < end && !signal.aborted) {
    seen = (await look(state)) ?? seen;
    if (seen !== undefined) {
      if (!online && seen.status.link === 'up' && seen.status.centre === 'online') {
        online = true;
        onOnline();
      }
      const ended = seen.history.airings.filter(({ at }) => at !== undefined && at >= since);
      const proven = ended.find(({ state, grade }) => state === 'aired' && (!sensesOutput || isSounded(grade)));
      aired = proven ?? ended.find(({ state }) => state === 'aired') ?? aired;
      wrong = ended.find(({ state }) => state !== 'aired') ?? wrong;
      if (proven !== undefined && seen.status.waitingReports === 0) break;
    }
    await sleep(clock, LOOK_MS, signal);
  }
  return findingOf(aired, wrong, seen?.status, options);
}

interface Seen {
  readonly status: Status;
  readonly history: History;
}

async function look(state: string): Promise<Seen | undefined> {
  try {
    const [history, status] = [await control(state, 'history', []), await control(state, 'status', [])];
    if (history.kind !== 'history' || status.kind !== 'status') return undefined;
    return { history: history.history, status: status.status };
  } catch (error) {
    // It is starting, or starting again.
    if (error instanceof NotRunningError) return undefined;
    throw error;
  }
}

function findingOf(
  aired: AiringLine | undefined,
  wrong: AiringLine | undefined,
  status: Status | undefined,
  { sensesOutput, waitMs }: FirstAiringOptions,
): Finding {
  if (aired !== undefined) {
    const { title, zones, at = '', grade } = aired;
    if (grade === undefined || (sensesOutput && !isSounded(grade))) {
      return { code: 'airing-unproven', title, grade: grade ?? 'unknown' };
    }
    if (status?.waitingReports !== 0) return { code: 'airing-unreported', title };
    return { code: 'airing-ok', title, at, zones, grade };
  }
  if (wrong !== undefined) {
    return { code: 'airing-wrong', title: wrong.title, state: wrong.state, reason: wrong.code };
  }
  return { code: 'airing-none', seconds: Math.round(waitMs / 1_000) };
}

const isSounded = (grade: AiringLine['grade']): boolean => grade === 'sounded' || grade === 'heard';
