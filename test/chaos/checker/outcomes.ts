import { isLast, type Report } from '../../../protocol/report.ts';
import { type Airing, mayComeAgain, owesOutcome } from './airings.ts';
import { excerpt } from './excerpt.ts';
import type { History, OrderedRevision, StationHistory, Violation } from './history.ts';

/** To fade out, and what the sound card holds, on a busy machine. */
const FADE_MS = 2_500;

/** [P-41] What the centre promised is in its book, and what stations said is in its ledger, numbered without a gap. */
export function checkBook({ stations, orders }: History): Violation[] {
  return [...orders.flatMap(checkOrder), ...stations.flatMap(checkNumbers)];
}

function checkOrder(order: OrderedRevision): Violation[] {
  const airing = `${order.id}/${order.rev}`;
  const violations: Violation[] = [];
  if (order.answered && (order.booked === undefined || order.booked.rev < order.rev)) {
    violations.push({ rule: 'order-lost', airing, what: 'the centre answered that it is booked, and has lost it' });
  }
  if (order.cancelAnswered && order.booked?.cancelled !== true) {
    violations.push({ rule: 'cancellation-lost', airing, what: 'the centre answered that it is cancelled' });
  }
  return violations;
}

/** A card that was put back goes on as another journal. */
function checkNumbers({ station, reports, odd, cards }: StationHistory): Violation[] {
  const wrong = (what: string): Violation => ({ rule: 'numbers', station, what });
  const last = new Map<string, number>();
  const gap = reports.find(({ epoch, seq }) => {
    const expected = (last.get(epoch) ?? 0) + 1;
    last.set(epoch, seq);
    return seq !== expected;
  });
  return [
    ...(last.size > 1 + cards.length ? [wrong(`${last.size} journals: one was lost`)] : []),
    ...(gap !== undefined ? [wrong(`a gap before number ${gap.seq} of ${gap.epoch}`)] : []),
    ...(odd > 0 ? [wrong(`${odd} reports that the centre could not count`)] : []),
  ];
}

/** [P-62] Every airing has exactly one outcome, and says nothing after it. */
export function checkOutcome(airing: Airing): Violation[] {
  const { name, station, reports, outcome } = airing;
  const told = { station: station.station, airing: name, reports: reports.map(inWords) };
  if (outcome === undefined) {
    if (!owesOutcome(airing)) return [];
    const what = reports.length === 0 ? 'the station never heard of it' : 'it was never brought to an end';
    return [{ rule: 'no-outcome', ...told, what }];
  }
  const after = reports.slice(reports.indexOf(outcome) + 1);
  // [P-73] The first outcome stands, whatever an old card that was put back says of what it held; but it airs nothing.
  const contradicts = ({ epoch, outcome: said }: Report): boolean =>
    station.cards.length > 0 && epoch !== outcome.epoch && (said !== 'airing' || mayComeAgain(airing));
  if (after.every(contradicts)) return [];
  const outcomes = after.filter(isLast).length;
  const what = outcomes > 0 ? `${outcomes + 1} outcomes` : `it goes on after ${outcome.outcome}`;
  return [{ rule: 'two-outcomes', ...told, what }];
}

/**
 * [P-31] Nothing sounds any more of an order that was cancelled or replaced, from the moment on at which the station
 * has acknowledged that [P-60].
 */
export function checkTold({ stations, orders }: History): Violation[] {
  return stations.flatMap((station) =>
    station.told.flatMap(({ id, upTo, at }) => {
      const ended = orders.filter((order) => order.id === id && order.rev <= upTo);
      return station.hearings.flatMap((hearing): Violation[] => {
        const order = ended.find(({ signature }) => signature === hearing.signature);
        if (order === undefined || hearing.to <= at + FADE_MS) return [];
        const what = `acknowledged at ${new Date(at).toISOString()} that it was ended, heard until ${new Date(hearing.to).toISOString()}`;
        const timeline = excerpt(station, hearing.from, hearing.to);
        return [{ rule: 'airs-cancelled', station: station.station, airing: `${id}/${order.rev}`, timeline, what }];
      });
    }),
  );
}

/** [P-31] A station that has said of one occurrence that its order is cancelled begins no other one. */
export function checkCancelled(airing: Airing): Violation[] {
  const { name, station, order, reports } = airing;
  if (mayComeAgain(airing)) return [];
  const same = (report: Report): boolean => report.order?.id === order.id && report.order.rev === order.rev;
  const cancelled = station.reports.findIndex((report) => same(report) && report.outcome === 'cancelled');
  const begins = reports.findLast(({ outcome }) => outcome === 'airing');
  if (cancelled < 0 || begins === undefined || station.reports.indexOf(begins) < cancelled) return [];
  const told = { station: station.station, airing: name, reports: reports.map(inWords) };
  return [{ rule: 'airs-cancelled', ...told, what: `begins after ${inWords(station.reports[cancelled] ?? begins)}` }];
}

export function inWords({ seq, at, outcome, continues, refusal, evidence }: Report): string {
  const played = evidence?.played && ` ${Math.round(evidence.played.ms)} of ${Math.round(evidence.played.ofMs)} ms`;
  return `#${seq} ${at} ${outcome}${continues ? ' (continues)' : ''}${refusal ? ` ${refusal.code}` : ''}${played ?? ''}`;
}
