import * as v from 'valibot';
import { identifier, integer } from './fields.ts';
import { MAX_TAGS } from './limits.ts';

const clockTime = v.pipe(v.string('must be text'), v.regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time like 05:30'));

/** A part of every day in local time; from later than to means over midnight. */
const hours = { from: clockTime, to: clockTime };

/**
 * What a station must not do whatever it is ordered [P-67]. The station's own file and the centre's signed configuration
 * both may hold one; each rule of either holds, so the stricter wins.
 */
export const policySchema = v.strictObject({
  timeZone: v.optional(
    v.pipe(
      v.string('must be text'),
      v.check((name) => isTimeZone(name), 'must be an IANA time zone like Asia/Ho_Chi_Minh'),
    ),
    'Asia/Ho_Chi_Minh',
  ),
  /** Only emergencies sound then. */
  quietHours: v.optional(v.pipe(v.array(v.strictObject(hours)), v.maxLength(10)), []),
  /** Airtime of a local day, in minutes; emergencies neither count nor stop. */
  dailyMinutes: v.optional(integer(0, 1_440)),
  /** Percent of full level that is not exceeded, in these zones (all) and hours (always), not even by an emergency. */
  volumeCeilings: v.optional(
    v.pipe(
      v.array(
        v.strictObject({
          percent: integer(0, 100),
          zones: v.optional(v.pipe(v.array(identifier), v.minLength(1), v.maxLength(MAX_TAGS))),
          hours: v.optional(v.strictObject(hours)),
        }),
      ),
      v.maxLength(20),
    ),
    [],
  ),
});

export type Policy = v.InferOutput<typeof policySchema>;

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
