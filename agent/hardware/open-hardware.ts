import { Refusal } from '../../protocol/refusal.ts';
import type { Log } from '../log.ts';
import type { LineTiming } from './line.ts';
import { transportFor } from './line-address.ts';
import { NoHardware } from './none.ts';
import type { Hardware, ZoneWiring } from './ports.ts';
import { Sc1 } from './sc1/driver.ts';

export const drivers = ['sc1', 'none'] as const;
export type DriverName = (typeof drivers)[number];

export interface HardwareOptions {
  readonly driver: DriverName;
  /** `serial:/dev/…` or `tcp://host:port`; every driver but `none` needs one. */
  readonly line?: string | undefined;
  /** Serial lines only; 115200 unless told. */
  readonly baud?: number | undefined;
  readonly zones: readonly ZoneWiring[];
  readonly log: Log;
  /** Only to shorten waiting in tests. */
  readonly timing?: Partial<LineTiming>;
}

/**
 * The hardware of a station, not opened yet: `open()` starts it, `close()` ends it.
 * Throws a Refusal (`invalid-fields`) for a line or a wiring that cannot be.
 */
export function createHardware({ driver, line, baud = 115200, zones, log, timing = {} }: HardwareOptions): Hardware {
  switch (driver) {
    case 'none':
      return new NoHardware({ zones, log });
    case 'sc1': {
      if (line === undefined) {
        const fields = [{ path: 'hardware.line', problem: 'sc1 needs serial:/dev/… or tcp://host:port' }];
        throw new Refusal('invalid-fields', '', { fields });
      }
      return new Sc1({ openTransport: transportFor(line, baud), zones, log, timing });
    }
  }
}
