import type { Journal } from '../book/journal.ts';
import { type AiringRecord, airingKey, isOpen, type OrderRecord } from '../book/records.ts';
import type { StationClock } from '../clock/station-clock.ts';
import type { Configuration } from '../configuration/schema.ts';
import type { Stage } from '../due/stage.ts';
import type { Hardware } from '../hardware/ports.ts';
import type { Alarms } from '../health/alarms.ts';
import type { JournalAlarm } from '../health/journal-alarm.ts';
import type { CentreSettings } from '../policy/centre-settings.ts';
import type { Recalling } from '../receive/recall.ts';
import type { Trust } from '../verify/trust.ts';

import { dailyInForce, dailyLine } from './daily.ts';
import type { AiringLine, History, Status } from './status.ts';

export interface Described {
  readonly configuration: Configuration;
  readonly software: string;
  readonly journal: Journal;
  readonly journalAlarm: JournalAlarm;
  readonly recalling: Recalling;
  readonly stationClock: StationClock;
  readonly stage: Stage;
  readonly alarms: Alarms;
  readonly centreSettings: CentreSettings;
  readonly hardware: Pick<Hardware, 'lineHealth'>;
  readonly trust: Pick<Trust, 'version'>;
}

/** What one screen holds. */
const MOST_LINES = 50;
/** How long `status` shows what was refused. */
const DAY_MS = 24 * 60 * 60_000;

export async function describeStatus({
  configuration,
  software,
  journal,
  journalAlarm,
  recalling,
  stationClock,
  stage,
  alarms,
  centreSettings,
  hardware,
  trust,
  linkUp,
  centre,
  preferred,
}: Described & {
  readonly linkUp: boolean;
  readonly centre: Status['centre'];
  readonly preferred: readonly string[];
}): Promise<Status> {
  const line = hardware.lineHealth();
  const open = [...journal.airings.values()].filter(isOpen);
  const onAir = open.find((airing) => airingKey(airing) === stage.onAir);
  const waiting = open.filter((airing) => airing !== onAir).sort(byOccurrence);
  const daily = dailyInForce(journal, stationClock);
  const refused = refusedSince(journal, stationClock.now() - DAY_MS);
  return {
    station: configuration.station,
    name: configuration.name,
    software,
    now: stationClock.instant(),
    clock: stationClock.trusted ? 'trusted' : 'untrusted',
    link: linkUp ? 'up' : 'down',
    centre,
    ...(line && {
      line: { state: line.state, ...(line.roundTripMs !== undefined && { roundTripMs: line.roundTripMs }) },
    }),
    ...(trust.version !== undefined && { keys: trust.version }),
    stopped: stage.stopped,
    policies: policiesOf(configuration, centreSettings),
    preferred: preferred.map((order) => ({ order, title: journal.orders.get(order)?.order.title ?? '?' })),
    ...(onAir && { onAir: lineOf(journal, onAir) }),
    booked: waiting.slice(0, MOST_LINES).map((airing) => lineOf(journal, airing)),
    daily: await Promise.all(daily.slice(0, MOST_LINES).map((order) => dailyLine(journal, order, stationClock))),
    refused: refused.slice(0, MOST_LINES),
    totals: { booked: waiting.length, daily: daily.length, refused: refused.length },
    waitingReports: journal.backlog,
    recalling: journal.recallWanted || !recalling.settled,
    ...(journalAlarm.setAside !== undefined && { setAside: journalAlarm.setAside }),
    ...(journalAlarm.unwritable !== undefined && { unwritable: journalAlarm.unwritable }),
    alarms: alarms.standing.map(([name, alarm]) => ({ name, ...alarm })),
  };
}

function policiesOf({ policy }: Configuration, { standing }: CentreSettings): Status['policies'] {
  return {
    ...(policy && { station: policy }),
    ...(standing && { centre: { version: standing.version, issuedAt: standing.issuedAt, ...standing.policies } }),
  };
}

export function describeHistory({ journal }: Pick<Described, 'journal'>): History {
  const airings = past(journal);
  return { airings: airings.slice(0, MOST_LINES), total: airings.length };
}

/** What was refused at or after `since` (milliseconds since 1970), airings and whole orders, the latest first. */
export function refusedSince(journal: Journal, since: number): readonly AiringLine[] {
  return past(journal).filter(({ state, at }) => state === 'rejected' && at !== undefined && Date.parse(at) >= since);
}

/** The airings that have ended and the orders that were refused as a whole, the latest first. */
function past(journal: Journal): readonly AiringLine[] {
  const ended = [...journal.airings.values()].filter((airing) => !isOpen(airing));
  const refused = [...journal.orders.values()].filter(({ order, state, code }) => {
    const isTold = (airing: AiringRecord) => airing.order.rev === order.rev && airing.code === code;
    return state === 'declined' && !journal.airingsOf(order.id).some(isTold);
  });
  const lines = [...ended.map((airing) => lineOf(journal, airing)), ...refused.map(lineOfOrder)];
  return lines.sort((a, b) => ((a.at ?? '') < (b.at ?? '') ? 1 : -1));
}

function lineOfOrder({ order, at, code }: OrderRecord): AiringLine {
  const { id, rev, title, priority, zones = [] } = order;
  return {
    ...{ order: id, rev, title, priority, zones, state: 'rejected' },
    ...(at !== undefined && { at }),
    ...(code !== undefined && { code }),
  };
}

function lineOf(
  journal: Journal,
  { order, occurrence, zones, state, at, code, because, grade }: AiringRecord,
): AiringLine {
  const known = journal.orders.get(order.id)?.order;
  return {
    order: order.id,
    rev: order.rev,
    title: known?.title ?? '?',
    priority: known?.priority ?? 'routine',
    occurrence,
    zones,
    state,
    ...(at !== undefined && { at }),
    ...(grade !== undefined && { grade }),
    ...(code !== undefined && { code }),
    ...(because !== undefined && { because }),
  };
}

/** What is due now comes first, then by instant. */
const byOccurrence = (a: AiringRecord, b: AiringRecord): number => {
  const [one, other] = [a, b].map(({ occurrence }) => (occurrence === 'now' ? '' : occurrence)) as [string, string];
  return one < other ? -1 : one > other ? 1 : 0;
};
