import { stringify } from 'smol-toml';

export interface VirtualZone {
  readonly id: string;
  readonly name: string;
  readonly tags?: readonly string[];
  readonly languages?: readonly string[];
}

export interface StationIdentity {
  readonly certificate: string;
  readonly authority: string;
}

export interface StationConfiguration {
  readonly centre: string;
  readonly root: string;
  readonly station: string;
  readonly name: string;
  readonly groups: readonly string[];
  readonly languages: readonly string[];
  readonly zones: readonly VirtualZone[];
  readonly state: string;
  readonly brokerUrl: string;
  /** Paths of what an enrolment gave; absent for plain MQTT. */
  readonly identity?: StationIdentity | undefined;
  /** `serial:/path` or `tcp://host:port`. */
  readonly line: string;
  readonly player: string;
}

/** The agent's configuration, as a technician would write it; zones are wired to the relays in their order. */
export function configurationFile(station: StationConfiguration): string {
  return stringify({
    centre: station.centre,
    station: station.station,
    name: station.name,
    groups: [...station.groups],
    languages: [...station.languages],
    state: station.state,
    link: { url: station.brokerUrl, ...(station.identity && { certificate: station.identity.certificate }) },
    trust: { root: station.root, ...(station.identity && { authority: station.identity.authority }) },
    hardware: { driver: 'sc1', line: station.line, baud: 115_200 },
    zones: station.zones.map((zone, index) => ({
      id: zone.id,
      name: zone.name,
      relay: index + 1,
      tags: [...(zone.tags ?? [])],
      languages: [...(zone.languages ?? [])],
    })),
    amplifier: { settleMs: 0 },
    audio: { sink: 'alsa', player: [station.player], device: 'default' },
  });
}
