import * as v from 'valibot';
import { identifier, integer, language, publicKey, text } from '../../protocol/fields.ts';
import { MAX_TAGS } from '../../protocol/limits.ts';
import { policySchema } from '../../protocol/policy.ts';

const path = v.pipe(v.string(), v.minLength(1, 'must not be empty'));

const zone = v.strictObject({
  id: identifier,
  name: text(100),
  /** Relay of the controller, from 1; absent for hardware that switches nothing. */
  relay: v.optional(integer(1, 32)),
  tags: v.optional(v.pipe(v.array(identifier), v.maxLength(MAX_TAGS)), []),
  languages: v.optional(v.array(language), []),
});

/** The agent's one configuration file, as TOML gives it. */
export const configurationSchema = v.pipe(
  v.strictObject({
    centre: identifier,
    station: identifier,
    name: text(100),
    groups: v.optional(v.pipe(v.array(identifier), v.maxLength(MAX_TAGS)), []),
    languages: v.optional(v.pipe(v.array(language), v.minLength(1)), ['vi']),
    /** Folder of the journal, the cache and the station's key. */
    state: path,
    link: v.strictObject({
      url: v.pipe(v.string(), v.regex(/^mqtts?:\/\/[^\s/]+$/, 'must be like mqtts://host:8883')),
      /** Certificate with which the centre has enrolled this station (PEM); its key is the station's. */
      certificate: v.optional(path),
    }),
    trust: v.strictObject({
      /** Public key of the root, which signs the centre's keys. */
      root: publicKey,
      /** Certificate of the centre's authority (PEM), for TLS. */
      authority: v.optional(path),
    }),
    hardware: v.strictObject({
      driver: v.picklist(['sc1', 'none'], 'must be sc1 or none'),
      line: v.optional(
        v.pipe(v.string(), v.regex(/^(serial:\/.+|tcp:\/\/[^\s/]+:\d+)$/, 'must be serial:/dev/… or tcp://host:port')),
      ),
      baud: v.optional(integer(1_200, 1_000_000), 115_200),
    }),
    zones: v.pipe(v.array(zone), v.minLength(1, 'at least one [[zones]]'), v.maxLength(32)),
    amplifier: v.optional(
      v.strictObject({
        /** Milliseconds from power on until it may be heard. */
        settleMs: v.optional(integer(0, 10_000), 500),
      }),
      {},
    ),
    audio: v.strictObject({
      sink: v.picklist(['alsa', 'wav'], 'must be alsa or wav'),
      player: v.optional(v.pipe(v.array(path), v.minLength(1)), ['aplay']),
      device: v.optional(path, 'default'),
      directory: v.optional(path),
      ffmpeg: v.optional(path),
    }),
    /** What this station does not do whatever it is ordered. */
    policy: v.optional(policySchema),
    cache: v.optional(
      v.strictObject({
        limitMB: v.optional(integer(16, 1_000_000), 1_024),
      }),
      {},
    ),
  }),
  v.forward(
    v.check(
      (c) => !c.link.url.startsWith('mqtts:') || c.link.certificate !== undefined,
      'a link by mqtts needs a certificate: loa-agent enrol',
    ),
    ['link'],
  ),
  v.forward(
    v.check((c) => new Set(c.zones.map((z) => z.id)).size === c.zones.length, 'two zones have the same id'),
    ['zones'],
  ),
  v.forward(
    v.check((c) => c.hardware.driver === 'none' || c.hardware.line !== undefined, 'the driver sc1 needs a line'),
    ['hardware'],
  ),
  v.forward(
    v.check(
      (c) => c.hardware.driver === 'none' || c.zones.every((z) => z.relay !== undefined),
      'the driver sc1 needs a relay for every zone',
    ),
    ['zones'],
  ),
  v.forward(
    v.check((c) => {
      const relays = c.zones.flatMap((z) => (z.relay === undefined ? [] : [z.relay]));
      return new Set(relays).size === relays.length;
    }, 'two zones have the same relay'),
    ['zones'],
  ),
  v.forward(
    v.check((c) => c.audio.sink === 'alsa' || c.audio.directory !== undefined, 'the sink wav needs a directory'),
    ['audio'],
  ),
);

export type Configuration = v.InferOutput<typeof configurationSchema>;
export type ZoneConfiguration = Configuration['zones'][number];
