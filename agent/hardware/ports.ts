import type { Refusal } from '../../protocol/refusal.ts';

/**
 * What the agent needs of a station's hardware, and nothing of how a maker does it. Drivers implement `Hardware`;
 * one test suite runs against each of them. Every method rejects with a `Refusal` (`controller-unreachable`,
 * `controller-refused`) within its own deadline: a wedged controller never holds the story up.
 */

/** `contact`: sensed at the relay; `commanded`: only our command repeated; `none`: nothing to read. */
export type Readback = 'contact' | 'commanded' | 'none';

/** What a driver and the device behind it can do; goes into the birth message as it is. */
export interface HardwareTraits {
  readonly driver: string;
  readonly readback: Readback;
  /** Whether the controller opens every relay by itself when the lease is not renewed. */
  readonly deadman: boolean;
  /** What it measures, out of: output, current, temperature, mains, battery. */
  readonly senses: readonly string[];
}

export interface ZoneReading {
  readonly zone: string;
  readonly commanded: boolean;
  /** Absent where the hardware senses no contact. */
  readonly sensed?: boolean;
}

/** dB relative to full output; -120 stands for silence. */
export interface OutputLevel {
  readonly rmsDb: number;
  readonly peakDb: number;
}

export interface Readings {
  readonly firmware?: string;
  readonly temperatureC?: number;
  readonly mainsV?: number;
  readonly batteryV?: number;
  readonly zones: readonly { readonly zone: string; readonly closed: boolean; readonly currentA?: number }[];
}

export interface LineHealth {
  readonly state: 'up' | 'down';
  readonly reopened: number;
  readonly timeouts: number;
  /** Median of the latest round trips; absent before the first. */
  readonly roundTripMs?: number;
}

export type HardwareEvent =
  /** The line opened (again), or the controller came back under it, and answers: every relay was opened first. */
  | { readonly type: 'up' }
  | { readonly type: 'down'; readonly refusal: Refusal }
  | { readonly type: 'lease-lost' }
  /** The controller started anew under us; its relays are open. */
  | { readonly type: 'rebooted'; readonly cause: string }
  /** Whether any fault stands, and which: told at each change. */
  | { readonly type: 'fault'; readonly on: boolean; readonly detail: string }
  /** Whether any relay is sensed not to be as commanded, and which: told at each change. */
  | { readonly type: 'relay'; readonly on: boolean; readonly detail: string }
  | { readonly type: 'over-temperature'; readonly on: boolean }
  | { readonly type: 'override'; readonly on: boolean }
  | { readonly type: 'tamper'; readonly on: boolean };

export interface Zones {
  /** Closes the relays of exactly these zones, opens all others, under a lease of `leaseMs`. */
  hold(zones: readonly string[], leaseMs: number): Promise<void>;
  /** Renews the lease. Without it the controller opens every relay by itself (where `deadman`). */
  keep(leaseMs: number): Promise<void>;
  /** Opens every relay. */
  release(): Promise<void>;
  /** What the controller says of each zone now. Empty where `readback` is none. */
  readBack(): Promise<readonly ZoneReading[]>;
}

export interface Amplifier {
  power(on: boolean): Promise<void>;
  mute(on: boolean): Promise<void>;
  /** Percent of full level, 0 to 100. */
  level(percent: number): Promise<void>;
  /** The output measured now; undefined where the hardware cannot tell. */
  sense(): Promise<OutputLevel | undefined>;
}

export interface Hardware {
  readonly traits: HardwareTraits;
  readonly zones: Zones;
  readonly amplifier: Amplifier;
  /**
   * Starts opening the line and keeps reopening it for as long as it lives; resolves at once. Whenever the line
   * comes up the driver opens every relay before it says `up`: nobody owns them then.
   */
  open(): void;
  /** Hears every event from now on; the function returned stops that. */
  listen(listener: (event: HardwareEvent) => void): () => void;
  readings(): Promise<Readings>;
  /** Undefined for hardware without a line. */
  lineHealth(): LineHealth | undefined;
  /** Opens every relay if the line is up, then closes the line. Never rejects. */
  close(): Promise<void>;
}

/** A zone as the configuration names it; `relay` counts from 1, absent where nothing switches the zone. */
export interface ZoneWiring {
  readonly zone: string;
  readonly relay?: number;
}
