import { type Airing, airingsOf } from './airings.ts';
import type { History, Violation } from './history.ts';
import { checkBook, checkCancelled, checkOutcome, checkTold, inWords } from './outcomes.ts';
import { checkRelays } from './relays.ts';
import { checkSounds } from './sounds.ts';

/**
 * Judges a finished run by nothing but recordings, timelines and the centre's ledger. It shares no code with agent or
 * broker beyond protocol/.
 */
export function check(history: History): Violation[] {
  const airings = airingsOf(history);
  return [
    ...checkBook(history),
    ...airings.flatMap(checkOutcome),
    ...checkTold(history),
    ...airings.flatMap(checkCancelled),
    ...checkSounds(history, airings),
    ...checkRelays(history, airings),
    ...airings.flatMap(checkLast),
  ];
}

/** No station is stuck: what was ordered when all was well again has aired. */
function checkLast({ order, station, name, outcome, reports }: Airing): Violation[] {
  if (!order.last || outcome?.outcome === 'aired') return [];
  const what = `the last order ended as ${outcome?.outcome ?? 'nothing'}`;
  return [{ rule: 'stuck', station: station.station, airing: name, reports: reports.map(inWords), what }];
}
