import type { Order } from '../../protocol/order.ts';

/** The instants at which an order falls due, in milliseconds since 1970. `now` orders have none. */
export interface Schedule {
  /** All instants after `after` up to and including `until`, ascending, each once. */
  between(after: number, until: number): readonly number[];
}

type Daily = Extract<Order['when'], { type: 'daily' }>;
type TemporalModule = typeof import('temporal-polyfill');

const DAY_MS = 86_400_000;
const empty: Schedule = { between: () => [] };

/**
 * The schedule of an order; undefined for a time zone that this machine does not know. A local time that a change to
 * summer time leaves out moves on by the gap, one that comes twice is its first (RFC 5545, section 3.3.5).
 */
export async function scheduleOf(
  when: Order['when'],
  isKnown: (timeZone: string) => boolean = isTimeZone,
): Promise<Schedule | undefined> {
  switch (when.type) {
    case 'now':
      return empty;
    case 'at':
      return listed(when.instants.map((instant) => Date.parse(instant)));
    case 'daily':
      if (!isKnown(when.timeZone)) return undefined;
      // Only stations with daily orders pay for the calendar: 17 ms and 5 MB.
      return daily(when, await import('temporal-polyfill'));
  }
}

export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

function listed(instants: readonly number[]): Schedule {
  const sorted = [...new Set(instants)].sort((a, b) => a - b);
  return { between: (after, until) => sorted.filter((instant) => instant > after && instant <= until) };
}

function daily({ times, weekdays, from, until: last, timeZone }: Daily, { Temporal }: TemporalModule): Schedule {
  const firstDate = from === undefined ? undefined : Temporal.PlainDate.from(from);
  const lastDate = last === undefined ? undefined : Temporal.PlainDate.from(last);
  const plainTimes = times.map((time) => Temporal.PlainTime.from(time));
  const dateOf = (instant: number) =>
    Temporal.Instant.fromEpochMilliseconds(Math.floor(instant)).toZonedDateTimeISO(timeZone).toPlainDate();
  const later = Temporal.PlainDate.compare;
  return {
    between(after, until) {
      const found = new Set<number>();
      // A day to either side, since an instant may lie on another date than its local time says.
      const start = dateOf(after - DAY_MS);
      const end = dateOf(until + DAY_MS);
      let date = firstDate !== undefined && later(firstDate, start) > 0 ? firstDate : start;
      const stop = lastDate !== undefined && later(lastDate, end) < 0 ? lastDate : end;
      for (; later(date, stop) <= 0; date = date.add({ days: 1 })) {
        if (weekdays !== undefined && !weekdays.includes(date.dayOfWeek)) continue;
        for (const plainTime of plainTimes) {
          const instant = date.toZonedDateTime({ timeZone, plainTime }).epochMilliseconds;
          if (instant > after && instant <= until) found.add(instant);
        }
      }
      return [...found].sort((a, b) => a - b);
    },
  };
}
