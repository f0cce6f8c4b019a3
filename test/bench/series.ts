import { airOnce } from './airing.ts';
import { bundledRound, bundledWays, type Ways } from './bundled.ts';
import { drainRound } from './drain.ts';
import type { Figures } from './figures.ts';
import { type FloodKind, flood } from './flood.ts';
import { names } from './names.ts';
import { preemptionRound } from './preemption.ts';
import { bookThousand, restartToRelay } from './restart.ts';
import { quickRound, slowRound } from './rounds.ts';
import type { Stage } from './stage.ts';
import { type Aim, aimOf, orderAims, orderRatios, type Ratio, ratio } from './summary.ts';

/** What is measured together, round by round. */
export interface Series {
  readonly rounds: number;
  /** Before the first round; its figures do not count. */
  readonly prepare: (stage: Stage, warmUp: Figures) => Promise<void>;
  readonly round: (stage: Stage, figures: Figures, at: number) => Promise<void>;
  readonly ratios: (figures: Figures) => readonly Ratio[];
  readonly aims: (figures: Figures) => readonly Aim[];
}

/** Starts and decoded recordings take seconds: one for so many quick rounds. */
const QUICK_FOR_ONE_SLOW = 4;
const WARM_UPS = 3;
const FLOOD = 10_000;
const MINUTE_MS = 60_000;

const orders: Series = {
  rounds: 100,
  async prepare(stage, warmUp) {
    for (let round = 0; round < WARM_UPS; round++) await quickRound(stage, warmUp);
    await slowRound(stage, warmUp);
  },
  async round(stage, figures, at) {
    await quickRound(stage, figures);
    if (at % QUICK_FOR_ONE_SLOW === 0) await slowRound(stage, figures);
  },
  ratios: orderRatios,
  aims: orderAims,
};

const preemption: Series = {
  rounds: 25,
  async prepare(stage, warmUp) {
    for (let round = 0; round < WARM_UPS; round++) await preemptionRound(stage, warmUp);
  },
  round: preemptionRound,
  ratios: (figures) => [ratio(figures, names.preemptedSound, names.idleWarningSound)],
  aims: (figures) => {
    const more = figures.of(names.preemptedSound).median - figures.of(names.idleWarningSound).median;
    return [aimOf('a bulletin on air delays a warning by', 'ms', more, 50)];
  },
};

const restart: Series = {
  rounds: 25,
  async prepare(stage) {
    const { centre, steady, restarted, short } = stage;
    await airOnce({ centre, station: steady, recording: short });
    await steady.agent.stop();
    await bookThousand({ centre, station: restarted, short });
  },
  async round({ centre, steady, restarted, short }, figures) {
    const booked = await restartToRelay({ centre, station: restarted, short });
    figures.add(names.restarted, 'ms', booked.relayMs);
    figures.add(names.restartedProcessor, 'ms', booked.processorMs);
    const empty = await restartToRelay({ centre, station: steady, short });
    figures.add(names.restartedEmpty, 'ms', empty.relayMs);
    figures.add(names.restartedEmptyProcessor, 'ms', empty.processorMs);
  },
  ratios: (figures) => [ratio(figures, names.restarted, names.restartedEmpty)],
  aims: (figures) => [aimOf('restart to first relay', 'ms', figures.of(names.restarted).median, 1_000)],
};

/** One flood a round: valid and forged orders in turn, spread over a minute and in one burst. */
const floods: Series = {
  rounds: 4,
  prepare: ({ steady }) => steady.agent.stop(),
  async round({ centre, restarted, short, long }, figures, at) {
    const kind: FloodKind = at % 2 === 0 ? 'valid' : 'forged';
    const overMs = at % 4 < 2 ? MINUTE_MS : 0;
    const station = restarted;
    const result = await flood({ centre, station, short, long, orders: FLOOD, overMs, kind });
    const name = (what: string): string => `${kind}, ${overMs === 0 ? 'burst' : 'minute'}: ${what}`;
    figures.add(name(names.quietWarning), 'ms', result.idle.relayMs);
    figures.add(name(names.floodWarning), 'ms', result.amid.relayMs);
    figures.add(name(names.quietCancel), 'ms', result.idle.cancelMs);
    figures.add(name(names.floodCancel), 'ms', result.amid.cancelMs);
    figures.add(name(names.quietResident), 'MB', result.restMB);
    figures.add(name(names.floodResident), 'MB', result.worst.residentMB);
    figures.add(name(names.floodStall), 'ms', result.worst.stallMs);
    figures.add(name(names.floodJournal), 'MB', result.journalMB);
    figures.add(name(names.floodRestart), 'ms', result.restartMs);
  },
  ratios: () => [],
  aims: (figures) =>
    figures.all().flatMap(({ name, most }) => {
      const isPassing = name.endsWith(names.floodWarning) || name.endsWith(names.floodCancel);
      if (isPassing) return [aimOf(name, 'ms', most, 1_000)];
      return name.endsWith(names.floodResident) ? [aimOf(name, 'MB', most, 200)] : [];
    }),
};

const drain: Series = {
  rounds: 10,
  async prepare(stage, warmUp) {
    await stage.steady.agent.stop();
    await drainRound(stage, warmUp);
  },
  round: drainRound,
  ratios: (figures) => [ratio(figures, names.drainingWarning, names.drainedWarning)],
  aims: (figures) => [aimOf('a warning amid the reports', 'ms', figures.of(names.drainingWarning).median, 1_000)],
};

/** The agent as boards have it beside the agent as developers have it. */
function bundle(): Series {
  let ways: Ways | undefined;
  return {
    rounds: 25,
    async prepare(stage, warmUp) {
      await stage.steady.agent.stop();
      ways = bundledWays(stage);
      await bundledRound(stage, ways, warmUp);
    },
    async round(stage, figures) {
      if (ways !== undefined) await bundledRound(stage, ways, figures);
    },
    ratios: (figures) => [
      ratio(figures, names.bundledStart, names.start),
      ratio(figures, names.cachedStart, names.start),
      ratio(figures, names.cachedIdle, names.idle),
    ],
    aims: (figures) => [
      aimOf(names.cachedStart, 'ms', figures.of(names.cachedStart).median, 300),
      aimOf(names.cachedIdle, 'MB', figures.of(names.cachedIdle).median, 75),
    ],
  };
}

export const series: Readonly<Record<string, Series>> = {
  ...{ orders, preemption, restart, drain, flood: floods },
  bundle: bundle(),
};
