import * as v from 'valibot';
import { decodeJson, encodeJson } from './decode.ts';
import { instant, remark } from './fields.ts';
import type { Decoded } from './refusal.ts';

/** The names of the faults that stand until they clear; each is one retained topic, emptied when it clears [P-50]. */
export const alarmNames = [
  'controller',
  'amplifier',
  'relay',
  'over-temperature',
  'tamper',
  'override',
  'sound-card',
  'decoder',
  'disk',
  'clock',
  'journal',
  'forged',
  'overload',
  'certificate',
] as const;
export type AlarmName = (typeof alarmNames)[number];

export const alarmSchema = v.object({
  since: instant,
  severity: v.picklist(['warning', 'critical']),
  detail: remark,
});
export type Alarm = v.InferOutput<typeof alarmSchema>;

export const encodeAlarm = (alarm: Alarm): Uint8Array => encodeJson(alarmSchema, alarm);
export const decodeAlarm = (bytes: Uint8Array): Decoded<Alarm> => decodeJson(alarmSchema, bytes);
