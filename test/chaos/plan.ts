import type { Priority } from '../../protocol/fields.ts';
import type { Random } from './random.ts';
import { SIGNATURES } from './signature.ts';
import { type AgentStep, agentSteps, type CentreStep, centreSteps } from './steps.ts';

/**
 * What a run does, out of its seed alone: three kinds of lanes that never end, each from a branch of its own, so that
 * the same seed gives the same actions in the same order. When they happen depends on the machine.
 */

/** What is ordered; instants count from the moment at which it is handed in. */
export interface PlannedOrder {
  readonly do: 'order';
  /** Milliseconds after the action before. */
  readonly afterMs: number;
  readonly priority: Priority;
  readonly to: 'all' | readonly string[];
  readonly zones: readonly string[] | undefined;
  /** Undefined: now. */
  readonly inMs: readonly number[] | undefined;
  readonly lateByS: number;
  readonly validMs: number;
  readonly signature: number;
  readonly durationMs: number;
  readonly times: number;
  readonly onInterrupt: 'skip' | 'restart' | 'resume';
  readonly volume: number | undefined;
  /** What follows for the same order, so many milliseconds after the answer. */
  readonly sequel: PlannedSequel | undefined;
}

export type PlannedSequel =
  | { readonly do: 'cancel'; readonly afterMs: number }
  | { readonly do: 'update'; readonly afterMs: number; readonly signature: number; readonly inMs: number | undefined };

export type PlannedFault =
  | { readonly do: 'kill' | 'end'; readonly at: AgentStep; readonly afterMs: number; readonly downMs: number }
  /** It dies, and an image of its card is made, or the image of last time put back. */
  | { readonly do: 'old-card'; readonly at: AgentStep; readonly afterMs: number; readonly downMs: number }
  | { readonly do: 'halt'; readonly at: AgentStep; readonly afterMs: number; readonly forMs: number }
  | { readonly do: 'freeze' | 'cut' | 'unplug' | 'busy'; readonly at: AgentStep; readonly forMs: number }
  /** Somebody sets the clock of its operating system. */
  | { readonly do: 'set-clock'; readonly at: AgentStep; readonly offsetS: number }
  /** The card is full but for so many bytes. */
  | { readonly do: 'fill'; readonly at: AgentStep; readonly forMs: number; readonly leave: number }
  | { readonly do: 'delay'; readonly ms: number; readonly forMs: number }
  | { readonly do: 'reset'; readonly afterMs: number }
  | { readonly do: 'wait'; readonly afterMs: number };

export interface PlannedCentreKill {
  readonly do: 'kill-centre';
  /** How long it is left in peace before. */
  readonly restMs: number;
  readonly at: CentreStep;
  readonly afterMs: number;
  readonly downMs: number;
}

export interface PlanOptions {
  readonly stations: readonly string[];
  readonly zones: readonly string[];
  /** Longer than the storm and its healing: what has expired before a station hears of it has no outcome there. */
  readonly validMs: number;
  /** Also orders so short-lived that a dead station may never hear of them. */
  readonly brief: boolean;
}

const DAY_S = 24 * 60 * 60;
/** How far from the truth a clock is set: the last one is about 1970. */
const CLOCK_OFFSETS_S = [0, 3, -3, 90, -90, 3_600, -3_600, 400 * DAY_S, -400 * DAY_S, -56 * 365 * DAY_S];

/** Orders, cancellations and updates. Every recording is used once, so that what is heard names its order. */
export function* plannedOrders(
  random: Random,
  { stations, zones, validMs, brief }: PlanOptions,
): Generator<PlannedOrder> {
  const first = random.integer(0, SIGNATURES - 1);
  let used = 0;
  // 733 and SIGNATURES have no common divisor: every signature comes once before any comes again.
  const signature = (): number => (first + 733 * used++) % SIGNATURES;
  for (;;) {
    const durationMs = random.weighted([
      [4, random.integer(10, 40) * 100],
      [1, random.integer(50, 80) * 100],
    ]);
    const instants = random.weighted([
      [5, 0],
      [3, 1],
      [2, 2],
    ]);
    const soonest = random.integer(2, 30) * 100;
    const short = brief && random.chance(0.1);
    yield {
      do: 'order',
      afterMs: random.integer(1, 12) * 100,
      priority: random.weighted([
        [5, 'routine'],
        [3, 'priority'],
        [2, 'emergency'],
      ]),
      to: random.weighted<PlannedOrder['to']>([
        [6, [random.pick(stations)]],
        [2, stations.filter(() => random.chance(0.5)).concat(random.pick(stations))],
        [2, 'all'],
      ]),
      zones: random.chance(0.5) ? undefined : [random.pick(zones)],
      inMs:
        instants === 0
          ? undefined
          : Array.from({ length: instants }, (_, at) => soonest + at * (durationMs + random.integer(25, 60) * 100)),
      lateByS: short ? 1 : random.integer(4, 25),
      validMs: short ? random.integer(10, 30) * 100 : validMs,
      signature: signature(),
      durationMs,
      times: random.chance(0.12) ? 2 : 1,
      onInterrupt: random.pick(['skip', 'restart', 'resume']),
      volume: random.chance(0.2) ? random.integer(4, 10) * 10 : undefined,
      sequel: plannedSequel(random, signature),
    };
  }
}

function plannedSequel(random: Random, signature: () => number): PlannedSequel | undefined {
  const afterMs = random.weighted([
    [2, 0],
    [1, random.integer(1, 10) * 10],
    [3, random.integer(2, 40) * 100],
  ]);
  return random.weighted<() => PlannedSequel | undefined>([
    [14, () => undefined],
    [4, () => ({ do: 'cancel', afterMs })],
    [
      2,
      () => ({
        do: 'update',
        afterMs,
        signature: signature(),
        inMs: random.chance(0.5) ? random.integer(1, 30) * 100 : undefined,
      }),
    ],
  ])();
}

/** What one station suffers. */
export function* plannedFaults(random: Random): Generator<PlannedFault> {
  for (;;) {
    const at = random.pick(agentSteps);
    const afterMs = random.weighted([
      [3, 0],
      [2, random.integer(1, 30)],
      [2, random.integer(1, 20) * 50],
    ]);
    const forMs = random.integer(1, 30) * 100;
    const downMs = random.weighted([
      [6, 0],
      [2, random.integer(1, 15) * 100],
      [1, random.integer(30, 60) * 100],
    ]);
    yield random.weighted<() => PlannedFault>([
      [30, () => ({ do: 'kill', at, afterMs, downMs })],
      [2, () => ({ do: 'old-card', at, afterMs, downMs })],
      [2, () => ({ do: 'end', at, afterMs, downMs })],
      [2, () => ({ do: 'halt', at, afterMs, forMs: 2 * forMs })],
      [1, () => ({ do: 'freeze', at, forMs })],
      [1, () => ({ do: 'cut', at, forMs })],
      [2, () => ({ do: 'unplug', at, forMs })],
      [2, () => ({ do: 'busy', at, forMs })],
      [2, () => ({ do: 'set-clock', at, offsetS: random.pick(CLOCK_OFFSETS_S) })],
      [2, () => ({ do: 'fill', at, forMs: 2 * forMs, leave: random.pick([0, 0, 4_096, 65_536]) })],
      [1, () => ({ do: 'delay', ms: random.integer(2, 40) * 10, forMs })],
      [1, () => ({ do: 'reset', afterMs })],
      [2, () => ({ do: 'wait', afterMs: forMs })],
    ])();
  }
}

/** When the centre dies, and for how long. */
export function* plannedCentreKills(random: Random): Generator<PlannedCentreKill> {
  for (;;) {
    yield {
      do: 'kill-centre',
      restMs: random.weighted([
        [6, random.integer(0, 6) * 100],
        [3, random.integer(8, 20) * 100],
        [1, random.integer(30, 60) * 100],
      ]),
      at: random.pick(centreSteps),
      afterMs: random.weighted([
        [2, 0],
        [3, random.integer(1, 40)],
        [2, random.integer(1, 20) * 50],
      ]),
      downMs: random.chance(0.7) ? 0 : random.integer(2, 20) * 100,
    };
  }
}
