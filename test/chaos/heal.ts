import { airingsOf, owesOutcome } from './checker/airings.ts';
import { bookedOf, gatherStation, ledgerOf } from './checker/gather.ts';
import type { History, OrderedRevision } from './checker/history.ts';
import { Operator } from './operator.ts';
import { pause } from './pause.ts';
import type { PlannedOrder } from './plan.ts';
import { SIGNATURES } from './signature.ts';
import { type Stage, ZONES } from './stage.ts';

/** A station that has failed to connect again and again rests for up to a minute before the next try. */
const QUIET_WITHIN_MS = 100_000;
const LOOK_EVERY_MS = 1_000;
const LAST_MS = 1_000;
/** A signed time that was held up by a halted agent or a frozen link is wrong by half of that. */
const CLOCK_TOLERANCE_MS = 3_500;

/** Takes every fault away, runs everything, and waits until nothing more is owed; false when that takes too long. */
export async function heal(stage: Stage, signal: AbortSignal, withinMs = QUIET_WITHIN_MS): Promise<boolean> {
  stage.diary.note('heals');
  if (!stage.centre.running) await stage.centre.start();
  await Promise.all(stage.stations.map((station) => station.heal()));
  const quiet = await untilQuiet(stage, signal, withinMs);
  stage.diary.note(quiet ? 'quiet' : 'not-quiet');
  return quiet;
}

/** One last order to every station, which must air. */
export async function orderOnceMore(stage: Stage, signal: AbortSignal): Promise<void> {
  const operator = new Operator(stage, signal);
  for (const [at, { name }] of stage.stations.entries()) {
    const last: PlannedOrder = {
      ...{ do: 'order', afterMs: 0, priority: 'emergency', to: [name], zones: undefined, inMs: undefined },
      ...{ lateByS: 30, validMs: 60_000, signature: unusedSignature(stage, at), durationMs: LAST_MS, times: 1 },
      ...{ onInterrupt: 'skip', volume: undefined, sequel: undefined },
    };
    await operator.order(last, true);
  }
  await untilQuiet(stage, signal, 30_000);
}

function unusedSignature({ diary }: Stage, at: number): number {
  const used = new Set(diary.handed.map(({ signature }) => signature));
  for (let signature = at; signature < SIGNATURES; signature++) if (!used.has(signature)) return signature;
  throw new Error('every signature is used');
}

/** What the checker judges by: the recordings, the book and the ledger as they are now. */
export async function gather(stage: Stage): Promise<History> {
  const stations = [];
  for (const { name: station, virtual, clockSet, cards } of stage.stations) {
    virtual.loudspeaker.flush();
    const { timeline, wavOf } = virtual.loudspeaker;
    const recorded = {
      station,
      zones: ZONES,
      lives: stage.diary.lives(station),
      told: stage.diary.told(station),
      clockSet,
      cards,
      timeline: timeline.events,
      wavOf,
    };
    stations.push(await gatherStation(asker(stage), recorded));
  }
  return { stations, orders: await ordersOf(stage), clockToleranceMs: CLOCK_TOLERANCE_MS };
}

async function untilQuiet(stage: Stage, signal: AbortSignal, withinMs: number): Promise<boolean> {
  const end = performance.now() + withinMs;
  // Nobody orders any more: what the book holds stays as it is.
  const orders = await ordersOf(stage);
  while (!signal.aborted) {
    const stations = [];
    for (const { name: station } of stage.stations) {
      const ledger = await ledgerOf(asker(stage), station);
      stations.push({
        station,
        zones: [],
        lives: [],
        told: [],
        clockSet: false,
        cards: [],
        timeline: [],
        hearings: [],
        ...ledger,
      });
    }
    const airings = airingsOf({ stations, orders });
    const owed = airings.filter((airing) => airing.outcome === undefined && owesOutcome(airing));
    // What the station never heard of and what is over now cannot come any more: waiting changes nothing.
    const comes = owed.filter(({ reports, order }) => reports.length > 0 || order.expiresAt > Date.now());
    if (comes.length === 0) return true;
    if (performance.now() > end) {
      stage.diary.note('owed', { airings: comes.map(({ name, station }) => `${station.station} ${name}`) });
      return false;
    }
    await pause(LOOK_EVERY_MS, signal);
  }
  return false;
}

async function ordersOf(stage: Stage): Promise<OrderedRevision[]> {
  const ask = asker(stage);
  const { diary } = stage;
  const booked = new Map<string, OrderedRevision['booked']>();
  for (const id of new Set(diary.handed.map((order) => order.id))) booked.set(id, await bookedOf(ask, id));
  return diary.handed.map((order) => ({
    ...order,
    booked: booked.get(order.id),
    answered: diary.wasAnswered(order.id, order.rev),
    cancelAnswered: diary.wasCancelled(order.id),
  }));
}

const asker =
  ({ centre }: Stage) =>
  async (path: string): Promise<unknown> => {
    const { status, body } = await centre.call(path);
    if (status === 404) return undefined;
    if (status !== 200) throw new Error(`${path}: HTTP ${status} ${JSON.stringify(body)}`);
    return body;
  };
