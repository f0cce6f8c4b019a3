import type { Grade } from '../../protocol/report.ts';

/** How a zone's test ended; only the first two are passed [P-110]. */
export type ZoneVerdict =
  /** Somebody said that it was heard there. */
  | 'heard'
  /** Nobody was asked; the amplifier's output was measured, and the zone's current where that can be sensed. */
  | 'measured'
  /** Nobody was asked, and nothing was measured. */
  | 'unknown'
  /** Somebody said that it was not heard there. */
  | 'unheard'
  /** The amplifier gave no output. */
  | 'silent'
  /** There was output, but no current to this zone. */
  | 'no-load'
  /** The relay is not as it was commanded. */
  | 'relay'
  /** The controller, the amplifier or the sound card failed; `code` says which. */
  | 'failed';

export interface ZoneResult {
  readonly zone: string;
  readonly name: string;
  /** Counts from 1. */
  readonly relay: number;
  readonly verdict: ZoneVerdict;
  readonly at: string;
  /** `sensed`, `commanded` or unknown: how it is known that the relay closed. */
  readonly keyed: 'sensed' | 'commanded' | 'unknown';
  /** The amplifier's output while the tone played, in dB of full output; absent where it is not sensed. */
  readonly rmsDb?: number | undefined;
  readonly peakDb?: number | undefined;
  /** Ampere in this zone's line; absent where it is not sensed. */
  readonly currentA?: number | undefined;
  readonly code?: string | undefined;
}

/** What one point of the acceptance came to, as a code with its figures; the words are made of it. */
export type Finding =
  | { readonly code: 'disk-ok' | 'disk-low'; readonly freeMB: number }
  | { readonly code: 'disk-unwritable'; readonly folder: string; readonly detail: string }
  | { readonly code: 'decoder-ok'; readonly path: string }
  | { readonly code: 'decoder-missing' }
  | {
      readonly code: 'controller-ok';
      readonly line: string;
      readonly serial: string;
      readonly firmware: string;
      readonly relays: number;
    }
  | { readonly code: 'controller-none'; readonly ports: readonly PortFinding[] }
  | { readonly code: 'enrolled' | 'enrolled-before'; readonly station: string; readonly centre: string }
  | { readonly code: 'enrolment-failed'; readonly fault: string; readonly detail: string }
  | { readonly code: 'configuration-written' | 'configuration-kept'; readonly file: string }
  | { readonly code: 'configuration-bad'; readonly file: string; readonly detail: string }
  | { readonly code: 'sound-ok'; readonly device: string }
  | { readonly code: 'sound-failed'; readonly device: string; readonly detail: string }
  | { readonly code: 'zone'; readonly result: ZoneResult }
  | { readonly code: 'broker-ok'; readonly url: string; readonly ms: number }
  | { readonly code: 'broker-failed'; readonly url: string; readonly why: BrokerFault; readonly detail: string }
  | { readonly code: 'clock-ok' }
  | { readonly code: 'clock-by-centre'; readonly offsetMs: number }
  | { readonly code: 'clock-unknown' }
  | { readonly code: 'service-ok'; readonly unit: string }
  | { readonly code: 'service-skipped'; readonly why: 'asked' | 'no-systemd' }
  | { readonly code: 'service-failed'; readonly detail: string }
  | {
      readonly code: 'airing-ok';
      readonly title: string;
      readonly at: string;
      readonly zones: readonly string[];
      readonly grade: Grade;
    }
  | { readonly code: 'airing-none'; readonly seconds: number }
  | {
      readonly code: 'airing-wrong';
      readonly title: string;
      readonly state: string;
      readonly reason?: string | undefined;
    }
  | { readonly code: 'airing-unproven'; readonly title: string; readonly grade: Grade | 'unknown' }
  | { readonly code: 'airing-unreported'; readonly title: string }
  | { readonly code: 'airing-skipped' }
  | { readonly code: 'agent-failed'; readonly detail: string }
  | { readonly code: 'not-reached' };

export interface PortFinding {
  /** As a line of the configuration: serial:/dev/ttyUSB0 or tcp://host:port. */
  readonly line: string;
  readonly state: 'silent' | 'busy' | 'denied' | 'missing' | 'unusable';
  readonly detail: string;
}

export type BrokerFault = 'name' | 'unreachable' | 'certificate' | 'refused' | 'no-keys' | 'centre-offline';

export const pointNames = [
  'disk',
  'decoder',
  'controller',
  'enrolment',
  'sound',
  'zone',
  'configuration',
  'broker',
  'clock',
  'service',
  'airing',
] as const;
export type PointName = (typeof pointNames)[number];

export interface Point {
  readonly point: PointName;
  readonly result: 'passed' | 'failed' | 'skipped';
  readonly finding: Finding;
}

/** The acceptance record: what was set up, by whom, and how each point came out. */
export interface AcceptanceRecord {
  /** Every point passed or was left out on purpose. */
  readonly accepted: boolean;
  /** Absent where the board did not get so far as to be a station. */
  readonly station?: { readonly id: string; readonly name: string; readonly centre: string } | undefined;
  readonly by: string;
  readonly beganAt: string;
  readonly endedAt: string;
  readonly software: string;
  readonly points: readonly Point[];
}

/** Points that were never reached count as failed: nobody has looked at them. */
export const isAccepted = (points: readonly Point[]): boolean =>
  pointNames.every((name) => points.some(({ point }) => point === name)) &&
  points.every(({ result }) => result !== 'failed');
