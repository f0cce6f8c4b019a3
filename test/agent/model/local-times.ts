import type { Order } from '../../../protocol/order.ts';

export type Daily = Extract<Order['when'], { type: 'daily' }>;

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const formats = new Map<string, Intl.DateTimeFormat>();

/** What clocks on the wall show, as if it were UTC. */
function shown(instant: number, timeZone: string): number {
  const format =
    formats.get(timeZone) ??
    new Intl.DateTimeFormat('en-CA', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
    });
  formats.set(timeZone, format);
  const part = Object.fromEntries(format.formatToParts(instant).map(({ type, value }) => [type, value]));
  return Date.parse(`${part.year}-${part.month}-${part.day}T${part.hour}:${part.minute}:00Z`);
}

/**
 * The instant of a local time, by trying the differences from UTC that hold around it: the earlier of two, and one that
 * is left out by the difference that held before.
 */
function instantOf(local: number, timeZone: string): number {
  const before = shown(local - DAY, timeZone) - (local - DAY);
  const after = shown(local + DAY, timeZone) - (local + DAY);
  const fits = [local - before, local - after].filter((instant) => shown(instant, timeZone) === local);
  return fits.length === 0 ? local - before : Math.min(...fits);
}

/** All instants of a daily order after `after` up to `until`. */
export function dailyInstants({ times, weekdays, from, until: last, timeZone }: Daily, after: number, until: number) {
  const found = new Set<number>();
  for (let day = Math.floor(after / DAY) * DAY - DAY; day <= until + DAY; day += DAY) {
    const date = new Date(day);
    const text = date.toISOString().slice(0, 10);
    if (weekdays !== undefined && !weekdays.includes(date.getUTCDay() || 7)) continue;
    if ((from !== undefined && text < from) || (last !== undefined && text > last)) continue;
    for (const time of times) {
      const instant = instantOf(Date.parse(`${text}T${time}:00Z`), timeZone);
      if (instant > after && instant <= until) found.add(instant);
    }
  }
  return [...found].sort((a, b) => a - b);
}
