import * as v from 'valibot';
import { alarmSchema } from '../../protocol/alarm.ts';
import { birthSchema } from '../../protocol/birth.ts';
import { counter, identifier, instant, publicKey, randomId } from '../../protocol/fields.ts';
import { healthSchema } from '../../protocol/health.ts';

/** What the centre knows of one station. */
export const entrySchema = v.object({
  station: identifier,
  /** The first key that it was born with: its reports are verified with this one and no other. */
  key: v.optional(publicKey),
  /** Another key that came later; it counts for nothing until someone resets the pinned one. */
  offeredKey: v.optional(publicKey),
  state: v.picklist(['online', 'offline']),
  stateAt: v.optional(instant),
  boot: v.optional(randomId),
  connection: v.optional(counter),
  birth: v.optional(birthSchema),
  birthAt: v.optional(instant),
  health: v.optional(healthSchema),
  healthAt: v.optional(instant),
  /** The epoch of its journal, as it named it when it last asked about it [P-71]. */
  journal: v.optional(randomId),
  /** When it last said that no report waits there. */
  toldAllAt: v.optional(instant),
  lastSeen: instant,
  /** Standing faults that the station declares, by name. */
  alarms: v.record(v.string(), alarmSchema),
  /** Standing faults that the centre finds about it: see `Suspicion`. */
  suspicions: v.record(v.string(), alarmSchema),
});

export type Entry = v.InferOutput<typeof entrySchema>;

export const newEntry = (station: string, at: string): Entry => ({
  station,
  state: 'offline',
  lastSeen: at,
  alarms: {},
  suspicions: {},
});
