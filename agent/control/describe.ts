import type { Journal } from '../book/journal.ts';
import { type AiringRecord, airingKey, isOpen } from '../book/records.ts';
import type { StationClock } from '../clock/station-clock.ts';
import type { Configuration } from '../configuration/schema.ts';
import type { Stage } from '../due/stage.ts';
import type { Hardware } from '../hardware/ports.ts';
import type { Alarms } from '../health/alarms.ts';
import type { JournalAlarm } from '../health/journal-alarm.ts';
import type { CentreSettings } from '../policy/centre-settings.ts';
import type { Recalling } from '../receive/recall.ts';
import type { Trust } from '../verify/trust.ts';

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

export function describeStatus({
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
}): Status {
  const line = hardware.lineHealth();
  const open = [...journal.airings.values()].filter(isOpen);
  const onAir = open.find((airing) => airingKey(airing) === stage.onAir);
  const waiting = open.filter((airing) => airing !== onAir).sort(byOccurrence);
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

/** The airings that have ended, the latest first. */
export function describeHistory({ journal }: Described): History {
  const ended = [...journal.airings.values()].filter((airing) => !isOpen(airing));
  const latestFirst = ended.sort((a, b) => ((a.at ?? '') < (b.at ?? '') ? 1 : -1));
  return { airings: latestFirst.slice(0, MOST_LINES).map((airing) => lineOf(journal, airing)) };
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
