import type { Clock } from '../../agent/clock/clock.ts';
import { StationClock } from '../../agent/clock/station-clock.ts';
import { silentLog } from '../../agent/log.ts';

/** A station's clock that nobody has set: what its system says is not synchronised. */
export const untrustedClock = (clock: Clock): StationClock =>
  new StationClock({ clock, log: silentLog, synchronisation: async () => undefined });

/** A station's clock that the centre has told the very time that `clock` shows. */
export function trustedClock(clock: Clock): StationClock {
  const stationClock = untrustedClock(clock);
  stationClock.believe(clock.now(), 0);
  return stationClock;
}
