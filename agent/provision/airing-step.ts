import type { Clock } from '../clock/clock.ts';
import { awaitFirstAiring } from './first-airing.ts';
import type { Flags } from './flags.ts';
import type { Judge } from './judge.ts';
import { Interrupted, type Person, type Screen } from './person.ts';
import type { Progress } from './progress.ts';
import type { Finding } from './record.ts';
import type { ProvisionWords } from './words.ts';

export interface AiringStepOptions {
  readonly flags: Pick<Flags, 'state' | 'airing' | 'waitMs'>;
  readonly station: string;
  readonly progress: Progress;
  /** Only what ended later counts; an instant of the centre's time. */
  readonly since: string;
  readonly sensesOutput: boolean;
  /** Runs the station's program meanwhile, where no service does. */
  readonly runAgent: (() => Promise<{ close(): Promise<void> }>) | undefined;
  readonly judge: Judge;
  readonly person: Person | undefined;
  readonly screen: Screen;
  readonly words: ProvisionWords;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Waits until an order of the centre has been aired here and its report is stored there [P-114]. */
export async function airingStep(options: AiringStepOptions): Promise<void> {
  const { flags, station, progress, judge, person, screen, words, clock, signal } = options;
  const before = progress.airingOf(station);
  if (before !== undefined) return judge.note('airing', { code: 'airing-ok', ...before });
  const wait = [
    { value: 'wait', label: words.waitForAiring },
    { value: 'skip', label: words.skipAiring },
  ] as const;
  const choice = person === undefined ? 'wait' : flags.airing && (await person.choose(words.askAiring(station), wait));
  if (!flags.airing || choice === 'skip') return judge.note('airing', { code: 'airing-skipped' });
  let agent: { close(): Promise<void> } | undefined;
  try {
    await judge.take('airing', false, async (): Promise<Finding> => {
      try {
        agent ??= await options.runAgent?.();
      } catch (error) {
        return { code: 'agent-failed', detail: (error as Error).message };
      }
      screen.step(words.awaiting(station, flags.waitMs / 1_000));
      const onOnline = () => screen.step(words.online);
      const { since, sensesOutput } = options;
      const { state, waitMs } = flags;
      const finding = await awaitFirstAiring({ state, since, sensesOutput, waitMs, clock, signal, onOnline });
      if (finding.code === 'airing-ok') await progress.keepAiring({ ...finding, station, zones: [...finding.zones] });
      return finding;
    });
  } finally {
    await agent?.close();
  }
  if (signal.aborted) throw new Interrupted();
}
