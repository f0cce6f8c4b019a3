import type { Birth } from '../../protocol/birth.ts';
import type { Configuration } from '../configuration/schema.ts';
import type { Hardware } from '../hardware/ports.ts';

/** Minor version of the protocol that this agent speaks. */
export const PROTOCOL_MINOR = 0;

export interface BirthFacts {
  readonly configuration: Configuration;
  readonly hardware: Hardware;
  readonly boot: string;
  readonly software: string;
  /** The station's public key, base64url. */
  readonly key: string;
  /** Version of the centre's configuration that it keeps to. */
  readonly version: number | undefined;
  /** Version of the manifest of keys that it keeps to. */
  readonly keys: number | undefined;
}

/** What this station is and can do. */
export function birthOf({ configuration, hardware, boot, software, key, version, keys }: BirthFacts): Birth {
  const { traits } = hardware;
  return {
    station: configuration.station,
    boot,
    protocol: PROTOCOL_MINOR,
    ...(version !== undefined && { configuration: version }),
    ...(keys !== undefined && { keys }),
    ...(!configuration.link.url.startsWith('mqtts:') && { plain: true as const }),
    software,
    name: configuration.name,
    key,
    groups: [...configuration.groups],
    languages: [...configuration.languages],
    zones: configuration.zones.map(({ id, name, tags, languages }) => ({ zone: id, name, tags, languages })),
    hardware: { driver: traits.driver, readback: traits.readback, deadman: traits.deadman, senses: [...traits.senses] },
    sink: configuration.audio.sink,
    codecs: ['audio/ogg', 'audio/mpeg', 'audio/wav', 'audio/flac', 'audio/aac', 'audio/mp4'],
    programmes: ['audio'],
    evidence: traits.senses.includes('output') ? 'sounded' : 'played',
  };
}
