import type { Priority } from '../../protocol/fields.ts';
import type { Policy } from '../../protocol/policy.ts';
import { accepted, type Decoded, refused } from '../../protocol/refusal.ts';

/** A policy and who set it. */
export interface Held {
  readonly by: 'station' | 'centre';
  readonly policy: Policy;
}

export interface Case {
  readonly priority: Priority;
  /** Ids and tags of its zones: what a ceiling may name them by. */
  readonly names: readonly string[];
  /** When it is to begin, milliseconds since 1970. */
  readonly at: number;
  /** How much of the programme is still to be heard. */
  readonly airtimeMs: number;
  /** How long its turn lasts, chime and gaps included. */
  readonly spanMs: number;
  /** Airtime of a policy's local day so far, emergencies not counted. */
  readonly airedMs: (localDate: string, timeZone: string) => number;
}

/**
 * Whether an airing may begin under every policy, and how loud at the most (percent). Quiet hours and the quota refuse
 * all but emergencies [P-67]; an airing that begins before quiet hours and would go on into them is refused too. A
 * refusal's one field says whose rule it is and what it says: `centre.quietHours`, `21:30–05:00 Asia/Ho_Chi_Minh`.
 */
export function judge(policies: readonly Held[], airing: Case): Decoded<number> {
  let ceiling = 100;
  for (const { by, policy } of policies) {
    const begin = localTime(airing.at, policy.timeZone);
    const lasts = localMinutes(airing, policy.timeZone);
    if (airing.priority !== 'emergency') {
      const quiet = policy.quietHours.find((hours) => overlaps(hours, begin.minute, lasts));
      if (quiet !== undefined) {
        const problem = `${quiet.from}–${quiet.to} ${policy.timeZone}`;
        return refused('quiet-hours', '', [{ path: `${by}.quietHours`, problem }]);
      }
      const usedMs = airing.airedMs(begin.date, policy.timeZone) + airing.airtimeMs;
      if (policy.dailyMinutes !== undefined && usedMs > policy.dailyMinutes * 60_000) {
        return refused('quota-used', '', [{ path: `${by}.dailyMinutes`, problem: `${policy.dailyMinutes}` }]);
      }
    }
    for (const { percent, zones, hours } of policy.volumeCeilings) {
      // One amplifier serves all zones: what is too loud in one of them is too loud.
      const concerned = zones === undefined || zones.some((zone) => airing.names.includes(zone));
      if (concerned && (hours === undefined || overlaps(hours, begin.minute, lasts))) {
        ceiling = Math.min(ceiling, percent);
      }
    }
  }
  return accepted(ceiling);
}

/** Date and minute of the day in a time zone. */
export function localTime(at: number, timeZone: string): { readonly date: string; readonly minute: number } {
  const format = new Intl.DateTimeFormat('en-CA', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });
  const part = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]));
  const minute = Number(part.hour) * 60 + Number(part.minute) + Number(part.second) / 60;
  return { date: `${part.year}-${part.month}-${part.day}`, minute };
}

const DAY = 24 * 60;

/** How many minutes clocks on the wall go on while it lasts; a change to and from summer time counts. */
function localMinutes({ at, spanMs }: Pick<Case, 'at' | 'spanMs'>, timeZone: string): number {
  const shown = ({ date, minute }: ReturnType<typeof localTime>) => Date.parse(date) / 60_000 + minute;
  return Math.max(0, shown(localTime(at + spanMs, timeZone)) - shown(localTime(at, timeZone)));
}

const minuteOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));

/** Whether a stretch that begins at a minute of the day touches the hours. Equal ends mean the whole day. */
function overlaps(hours: { from: string; to: string }, begin: number, length: number): boolean {
  const from = minuteOf(hours.from);
  const span = (minuteOf(hours.to) - from + DAY) % DAY || DAY;
  const sinceFrom = (begin - from + DAY) % DAY;
  return sinceFrom < span || sinceFrom + length > DAY;
}
