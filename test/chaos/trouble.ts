import * as v from 'valibot';
import { reportSchema } from '../../protocol/report.ts';
import { pause } from './pause.ts';
import type { PlannedCentreKill, PlannedFault } from './plan.ts';
import type { Stage } from './stage.ts';
import type { StationActor } from './station-actor.ts';
import type { AgentStep, CentreStep } from './steps.ts';

/** A step that does not come in time: then it happens anyway. */
const PATIENCE_MS = 6_000;
const LEDGER_LOOK_MS = 40;
const orderBody = v.object({ stations: v.array(v.object({ station: v.string(), reports: v.array(reportSchema) })) });

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
        await act(fault.afterMs, () => station.kill());
        diary.counts.agentKills += 1;
        diary.countKill(fault.at);
        diary.note('killed', { station: station.name, step: fault.at });
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

/** The centre dies again and again, until the signal aborts. `restMs`: how long it is left in peace in between. */
export async function sufferAtCentre(
  stage: Stage,
  plan: Iterable<PlannedCentreKill>,
  restMs: number,
  signal: AbortSignal,
): Promise<void> {
  const { centre, centreHappenings, diary } = stage;
  for (const { at: step, afterMs, downMs } of plan) {
    await pause(restMs, signal);
    if (signal.aborted) return;
    await new Promise<void>((resolve, reject) => {
      const kill = (): void => void after(afterMs, signal, () => centre.kill()).then(resolve, reject);
      if (step === 'anytime') kill();
      else centreHappenings.next(step satisfies CentreStep, PATIENCE_MS, signal, kill);
    });
    diary.counts.centreKills += 1;
    diary.countKill(`centre ${step}`);
    diary.note('centre-killed', { step });
    await pause(downMs, signal);
    await centre.start();
    diary.note('centre-started');
  }
}

/** Does something at a step: in the same turn in which the step is seen, unless it is to be so much later. */
function at(stage: Stage, station: StationActor, step: AgentStep, signal: AbortSignal) {
  return (afterMs: number, act: () => unknown): Promise<void> =>
    new Promise((resolve, reject) => {
      const go = (ms: number) => (): void => void after(ms, signal, act).then(resolve, reject);
      const next = (seen: AgentStep, ms: number): void => station.happenings.next(seen, PATIENCE_MS, signal, go(ms));
      switch (step) {
        case 'anytime':
          return go(2 * afterMs)();
        case 'amid':
          return next('sounding', 2 * afterMs);
        case 'near-the-end':
          return next('sounding', Math.max(0, shortest(stage, station) - (afterMs % 700)));
        case 'accepted':
        case 'ready':
        case 'reported':
          return void untilLedger(stage, station, step, signal).then(go(afterMs), reject);
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

/** Waits until the ledger says so of the next order for this station. */
async function untilLedger(
  { centre, diary }: Stage,
  station: StationActor,
  step: 'accepted' | 'ready' | 'reported',
  signal: AbortSignal,
): Promise<void> {
  const end = performance.now() + PATIENCE_MS;
  const before = new Set(diary.handed.map(({ id }) => id));
  while (!signal.aborted && performance.now() < end) {
    const order = diary.handed.find(({ id, stations }) => !before.has(id) && stations.includes(station.name));
    const answer = order && (await centre.call(`/api/orders/${order.id}`).catch(() => undefined));
    const body = v.safeParse(orderBody, answer?.body);
    const reports = body.success ? body.output.stations.find((each) => each.station === station.name)?.reports : [];
    const wanted = { accepted: 1, ready: 2, reported: 4 }[step];
    if (reports !== undefined && reports.length >= wanted) return;
    await pause(LEDGER_LOOK_MS, signal);
  }
}
