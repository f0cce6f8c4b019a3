import { pause } from './pause.ts';
import type { PlannedCentreKill, PlannedFault } from './plan.ts';
import type { Stage } from './stage.ts';
import type { StationActor } from './station-actor.ts';
import type { AgentStep } from './steps.ts';

/** A step that does not come in time: then it happens anyway. */
const PATIENCE_MS = 8_000;

/** What one station suffers, one after the other, until the signal aborts. */
export async function suffer(
  stage: Stage,
  station: StationActor,
  plan: Iterable<PlannedFault>,
  signal: AbortSignal,
): Promise<void> {
  const { diary } = stage;
  const { faults } = station.virtual.controller;
  for (const fault of plan) {
    if (signal.aborted) return;
    station.start();
    diary.note('fault', { station: station.name, fault });
    if (fault.do === 'wait' || fault.do === 'reset') {
      await pause(fault.afterMs, signal);
      if (fault.do === 'reset') station.link.reset();
      continue;
    }
    if (fault.do !== 'kill') diary.counts.otherFaults += 1;
    const during = async (begin: () => unknown, undo: () => unknown, ms: number): Promise<void> => {
      await begin();
      await pause(ms, signal);
      await undo();
    };
    if (fault.do === 'delay') {
      await during(
        () => station.link.delay(fault.ms),
        () => station.link.delay(0),
        fault.forMs,
      );
      continue;
    }
    const act = at(stage, station, fault.at, signal);
    switch (fault.do) {
      case 'kill': {
        const seen = await act(fault.afterMs, () => station.kill());
        countKill(stage, 'agentKills', seen ? fault.at : 'anytime', station.name);
        await pause(fault.downMs, signal);
        station.start();
        break;
      }
      case 'old-card': {
        const seen = await act(fault.afterMs, () => station.kill());
        countKill(stage, 'agentKills', seen ? fault.at : 'anytime', station.name);
        await station.swapCard();
        await pause(fault.downMs, signal);
        station.start();
        break;
      }
      case 'end':
        await act(fault.afterMs, () => station.end());
        await pause(fault.downMs, signal);
        station.start();
        break;
      case 'halt':
        await act(fault.afterMs, () => station.halt(true));
        await pause(fault.forMs, signal);
        station.halt(false);
        break;
      case 'freeze':
        await act(0, () =>
          during(
            () => station.link.freeze(true),
            () => station.link.freeze(false),
            fault.forMs,
          ),
        );
        break;
      case 'cut':
        await act(0, () =>
          during(
            () => station.link.cut(),
            () => station.link.restore(),
            fault.forMs,
          ),
        );
        break;
      case 'unplug':
        await act(0, () =>
          during(
            () => faults.unplug(),
            () => faults.replug(),
            fault.forMs,
          ),
        );
        break;
      case 'set-clock':
        await act(0, () => station.setClock(fault.offsetS));
        break;
      case 'fill': {
        const { disk } = station;
        if (disk === undefined) break;
        await act(0, () =>
          during(
            () => disk.fill(fault.leave),
            () => disk.free(),
            fault.forMs,
          ),
        );
        break;
      }
      case 'busy': {
        const { player } = station.virtual.loudspeaker;
        await act(0, () =>
          during(
            () => player.setBusy(true),
            () => player.setBusy(false),
            fault.forMs,
          ),
        );
        break;
      }
    }
  }
}

/** The centre dies again and again, until the signal aborts. */
export async function sufferAtCentre(
  stage: Stage,
  plan: Iterable<PlannedCentreKill>,
  signal: AbortSignal,
): Promise<void> {
  const { centre, centreHappenings, diary } = stage;
  for (const { restMs, at: step, afterMs, downMs } of plan) {
    await pause(restMs, signal);
    if (signal.aborted) return;
    const seen = await new Promise<boolean>((resolve, reject) => {
      const kill = (seen: boolean): void =>
        void after(afterMs, signal, () => centre.kill()).then(() => resolve(seen), reject);
      if (step === 'anytime') kill(true);
      else centreHappenings.next(step, PATIENCE_MS, signal, kill);
    });
    countKill(stage, 'centreKills', `centre ${seen ? step : 'anytime'}`);
    await pause(downMs, signal);
    await centre.start();
    diary.note('centre-started');
  }
}

function countKill({ diary }: Stage, of: 'agentKills' | 'centreKills', step: string, station?: string): void {
  diary.counts[of] += 1;
  diary.countKill(step);
  diary.note('killed', { ...(station !== undefined && { station }), step });
}

/**
 * Does something at a step: in the same turn in which the step is seen, unless it is to be so much later. Resolves
 * when it is done; with false when the step did not come in time, and it was done all the same.
 */
function at(stage: Stage, station: StationActor, step: AgentStep, signal: AbortSignal) {
  return (afterMs: number, act: () => unknown): Promise<boolean> =>
    new Promise((resolve, reject) => {
      const go =
        (ms: number) =>
        (seen: boolean): void =>
          void after(ms, signal, act).then(() => resolve(seen), reject);
      const next = (awaited: AgentStep, ms: number): void =>
        station.happenings.next(awaited, PATIENCE_MS, signal, go(ms));
      switch (step) {
        case 'anytime':
          return go(2 * afterMs)(true);
        case 'amid':
          return next('sounding', 2 * afterMs);
        case 'near-the-end':
          return next('sounding', Math.max(0, shortest(stage, station) - (afterMs % 700)));
        default:
          return next(step, afterMs);
      }
    });
}

/** Without a delay it happens now, before anything else gets its turn. */
async function after(ms: number, signal: AbortSignal, act: () => unknown): Promise<void> {
  if (ms > 0) await pause(ms, signal);
  await act();
}

/** Length of the programme that was ordered last for this station. */
function shortest({ diary }: Stage, station: StationActor): number {
  return diary.handed.findLast(({ stations }) => stations.includes(station.name))?.durationMs ?? 0;
}
