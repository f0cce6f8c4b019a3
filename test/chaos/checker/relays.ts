import type { Airing } from './airings.ts';
import { isForgotten } from './cards.ts';
import { excerpt } from './excerpt.ts';
import type { History, Life, StationHistory, Violation } from './history.ts';
import { inWords } from './outcomes.ts';

const LEASE_MS = 3_000;
const MARGIN_MS = 800;
/**
 * How late the simulated controller's timer may be on a busy machine, where it opened the relay by itself. That the
 * lease is no longer than 3 s is seen in test/story/sudden-death.
 */
const TIMER_MARGIN_MS = 3_000;

interface Span {
  readonly from: number;
  readonly to: number;
}

interface Closed extends Span {
  readonly zone: string;
  /** For how long it may be closed without an owner. */
  readonly mayMs: number;
}

/** No relay stays closed without an owner beyond its lease, and none closes without an airing that asks for it. */
export function checkRelays({ stations, clockToleranceMs }: History, airings: readonly Airing[]): Violation[] {
  return stations.flatMap((station) => {
    const own = airings.filter((airing) => airing.station === station && airing.attempts.length > 0);
    return closedTimes(station).flatMap((closed) => [
      ...withoutOwner(station, closed),
      ...withoutReason(station, closed, own, clockToleranceMs),
    ]);
  });
}

function closedTimes({ timeline, zones }: StationHistory): Closed[] {
  return zones.flatMap((zone) => {
    const found: Closed[] = [];
    let since: number | undefined;
    for (const event of timeline) {
      if (event.what !== 'relay' || event.zone !== zone) continue;
      if (event.closed) since ??= Date.parse(event.at);
      else if (since !== undefined) {
        const marginMs = event.cause === 'lease' ? TIMER_MARGIN_MS : MARGIN_MS;
        found.push({ zone, from: since, to: Date.parse(event.at), mayMs: LEASE_MS + marginMs });
        since = undefined;
      }
    }
    if (since === undefined) return found;
    return [...found, { zone, from: since, to: Number.POSITIVE_INFINITY, mayMs: LEASE_MS + MARGIN_MS }];
  });
}

function withoutOwner(station: StationHistory, closed: Closed): Violation[] {
  const longest = Math.max(0, ...deathsOf(station.lives).map((death) => overlap(death, closed)));
  if (longest <= closed.mayMs) return [];
  const timeline = excerpt(station, closed.from, Math.min(closed.to, closed.from + 60_000));
  const what = `${closed.zone} was closed for ${longest} ms while no agent ran`;
  return [{ rule: 'relay-without-owner', station: station.station, timeline, what }];
}

function withoutReason(
  station: StationHistory,
  closed: Closed,
  airings: readonly Airing[],
  toleranceMs: number,
): Violation[] {
  const asks = airings.some(
    ({ order, attempts }) =>
      (order.zones ?? station.zones).includes(closed.zone) &&
      attempts.some(
        ({ from, to }) => closed.from >= from - toleranceMs && closed.to <= to + closed.mayMs + toleranceMs,
      ),
  );
  if (asks || isForgotten(station, closed.from)) return [];
  const near = airings
    .filter(({ attempts }) => attempts.some(({ from, to }) => from < closed.to + 5_000 && to > closed.from - 5_000))
    .flatMap(({ name, reports }) => [name, ...reports.map(inWords)]);
  const timeline = excerpt(station, closed.from, Math.min(closed.to, closed.from + 60_000));
  const what = `${closed.zone} was closed at ${new Date(closed.from).toISOString()} for ${closed.to - closed.from} ms, and no airing says why`;
  return [{ rule: 'relay-unexplained', station: station.station, reports: near, timeline, what }];
}

/** When no agent ran. */
function deathsOf(lives: readonly Life[]): Span[] {
  const sorted = [...lives].sort((a, b) => a.from - b.from);
  return sorted.flatMap((life, at) =>
    life.to === undefined ? [] : [{ from: life.to, to: sorted[at + 1]?.from ?? Number.POSITIVE_INFINITY }],
  );
}

const overlap = (a: Span, b: Span): number => Math.min(a.to, b.to) - Math.max(a.from, b.from);
