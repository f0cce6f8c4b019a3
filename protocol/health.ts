import * as v from 'valibot';
import { decodeJson, encodeJson } from './decode.ts';
import { counter, identifier, instant, text } from './fields.ts';
import { MAX_TAGS } from './limits.ts';
import type { Decoded } from './refusal.ts';

const number = v.pipe(v.number(), v.finite());
const fraction = v.pipe(number, v.minValue(0), v.maxValue(1));

/** The device's condition, every minute, QoS 0. What could not be measured is absent, never zero. */
export const healthSchema = v.object({
  at: instant,
  uptimeSeconds: v.pipe(number, v.minValue(0)),
  clock: v.picklist(['trusted', 'untrusted']),
  cpu: v.object({ temperatureC: v.optional(number), load1: number, cores: counter }),
  memory: v.object({ totalBytes: counter, availableBytes: counter, residentBytes: counter }),
  disk: v.optional(v.object({ totalBytes: counter, freeBytes: counter })),
  link: v.object({ connections: counter, upSeconds: v.pipe(number, v.minValue(0)) }),
  line: v.optional(
    v.object({
      state: v.picklist(['up', 'down']),
      reopened: counter,
      timeouts: counter,
      roundTripMs: v.optional(number),
    }),
  ),
  controller: v.optional(
    v.object({
      firmware: v.optional(text(64)),
      temperatureC: v.optional(number),
      mainsV: v.optional(number),
      batteryV: v.optional(number),
      zones: v.pipe(
        v.array(v.object({ zone: identifier, closed: v.boolean(), currentA: v.optional(number) })),
        v.maxLength(MAX_TAGS),
      ),
    }),
  ),
  journal: v.object({ orders: counter, airings: counter, reports: counter }),
  cache: v.object({ files: counter, bytes: counter, limitBytes: counter, used: v.optional(fraction) }),
});
export type Health = v.InferOutput<typeof healthSchema>;

export const encodeHealth = (health: Health): Uint8Array => encodeJson(healthSchema, health);
export const decodeHealth = (bytes: Uint8Array): Decoded<Health> => decodeJson(healthSchema, bytes);
