import * as v from 'valibot';
import { alarmNames } from '../../protocol/alarm.ts';
import { counter, fieldProblem, instant, priority } from '../../protocol/fields.ts';
import { policySchema } from '../../protocol/policy.ts';
import { refusalCodes } from '../../protocol/refusal.ts';
import { grades, outcomes } from '../../protocol/report.ts';

/** One airing as a technician sees it, or an order that was refused as a whole. */
const airing = v.object({
  order: v.string(),
  rev: counter,
  title: v.string(),
  priority,
  /** Absent where the whole order was refused. */
  occurrence: v.optional(v.string()),
  zones: v.array(v.string()),
  state: v.picklist(['booked', ...outcomes]),
  /** When that was last noted. */
  at: v.optional(instant),
  /** How far the proof reaches, once it has ended. */
  grade: v.optional(v.picklist(grades)),
  /** Why, where it was refused or failed. */
  code: v.optional(v.picklist(refusalCodes)),
  because: v.optional(fieldProblem),
});
export type AiringLine = v.InferOutput<typeof airing>;

/** A daily or weekly order in force; its occurrences are booked a day ahead. */
const daily = v.object({
  order: v.string(),
  rev: counter,
  title: v.string(),
  priority,
  zones: v.array(v.string()),
  /** As it was ordered, in local time. */
  times: v.array(v.string()),
  weekdays: v.optional(v.array(v.number())),
  from: v.optional(v.string()),
  until: v.optional(v.string()),
  timeZone: v.string(),
  /** Absent where none is to come, and while the clock is untrusted. */
  next: v.optional(instant),
});
export type DailyLine = v.InferOutput<typeof daily>;

/** What `loa-agent status` shows. */
export const statusSchema = v.object({
  station: v.string(),
  name: v.string(),
  software: v.string(),
  now: instant,
  clock: v.picklist(['trusted', 'untrusted']),
  link: v.picklist(['up', 'down']),
  centre: v.picklist(['online', 'offline', 'unknown']),
  /** The controller's line; absent for hardware without one. */
  line: v.optional(v.object({ state: v.picklist(['up', 'down']), roundTripMs: v.optional(v.number()) })),
  /** Version of the manifest of keys that it keeps to; absent before the first. */
  keys: v.optional(counter),
  stopped: v.boolean(),
  /** What it does not do whatever it is ordered [P-77]. */
  policies: v.object({
    /** By its own file. */
    station: v.optional(policySchema),
    /** By its centre: for all stations, and for this one. */
    centre: v.optional(
      v.object({
        version: counter,
        issuedAt: instant,
        all: v.optional(policySchema),
        station: v.optional(policySchema),
      }),
    ),
  }),
  /** Priority orders in the order that the commune's operator set [P-78]. */
  preferred: v.array(v.object({ order: v.string(), title: v.string() })),
  onAir: v.optional(airing),
  booked: v.array(airing),
  daily: v.array(daily),
  /** What was refused within a day, the latest first. */
  refused: v.array(airing),
  /** How many there are of what is listed here only as far as one screen holds it. */
  totals: v.object({ booked: counter, daily: counter, refused: counter }),
  /** Reports that the centre has not stored yet. */
  waitingReports: counter,
  /** Whether the centre must say first what it knows of this journal; until then only emergencies are taken. */
  recalling: v.boolean(),
  /** The newest damaged journal, while it lies beside the one that was begun in its place. */
  setAside: v.optional(v.string()),
  /** Why it runs from memory, where the card cannot be written [P-94]. */
  unwritable: v.optional(v.string()),
  alarms: v.array(v.object({ name: v.picklist(alarmNames), severity: v.string(), detail: v.string(), since: instant })),
});
export type Status = v.InferOutput<typeof statusSchema>;

/** What `loa-agent history` shows: what ended or was refused, the latest first. */
export const historySchema = v.object({ airings: v.array(airing), total: counter });
export type History = v.InferOutput<typeof historySchema>;
