import { localInstant, USUAL_TIME_ZONE } from './local-instant.ts';
import type { DailyLine, Status } from './status.ts';

/** What a technician reads of when a daily order occurs. */
interface DailyWords {
  readonly everyDay: string;
  /** Monday first. */
  readonly weekdays: readonly string[];
  readonly from: (date: string) => string;
  readonly until: (date: string) => string;
  readonly timeZone: (name: string) => string;
  readonly next: (local: string) => string;
  readonly unknown: string;
  readonly over: string;
}

const vietnamese: DailyWords = {
  everyDay: 'hằng ngày',
  weekdays: ['T2', 'T3', 'T4', 'T5', 'T6', 'T7', 'CN'],
  from: (date) => `từ ${date}`,
  until: (date) => `đến ${date}`,
  timeZone: (name) => `giờ ${name}`,
  next: (local) => `lần tới: ${local}`,
  unknown: 'lần tới: đài chưa biết giờ',
  over: 'không còn lần nào',
};

const english: DailyWords = {
  everyDay: 'every day',
  weekdays: ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'],
  from: (date) => `from ${date}`,
  until: (date) => `until ${date}`,
  timeZone: (name) => `time of ${name}`,
  next: (local) => `next: ${local}`,
  unknown: 'next: the time is not known yet',
  over: 'none to come',
};

const TO_THE_MINUTE = 'YYYY-MM-DD HH:MM'.length;

/** When a daily order occurs, and when next, both in its own local time. */
export function dailyTimes(line: DailyLine, clock: Status['clock'], language: 'vi' | 'en'): readonly [string, string] {
  const say = language === 'en' ? english : vietnamese;
  const { times, weekdays, from, until, timeZone, next } = line;
  const when = [
    ...times,
    ...(weekdays === undefined ? [say.everyDay] : weekdays.map((day) => say.weekdays[day - 1])),
    ...(from === undefined ? [] : [say.from(from)]),
    ...(until === undefined ? [] : [say.until(until)]),
    ...(timeZone === USUAL_TIME_ZONE ? [] : [say.timeZone(timeZone)]),
  ].join(' ');
  if (next !== undefined) return [when, say.next(localInstant(next, timeZone).slice(0, TO_THE_MINUTE))];
  return [when, clock === 'trusted' ? say.over : say.unknown];
}
