import { Attendance } from './attendance.ts';
import { openSink } from './audio/sinks/open-sink.ts';
import { isInQuestion } from './book/revoked.ts';
import type { Clock } from './clock/clock.ts';
import type { StationClock } from './clock/station-clock.ts';
import { Ticks } from './clock/ticks.ts';
import type { Configuration } from './configuration/schema.ts';
import { Stage } from './due/stage.ts';
import { COARSE_MS } from './due/when-due.ts';
import { Preparation } from './fetch/prepare.ts';
import { createHardware } from './hardware/open-hardware.ts';
import type { Hardware } from './hardware/ports.ts';
import { alarmOnEvent } from './health/alarm-on-event.ts';
import type { Alarms } from './health/alarms.ts';
import { decoderAlarm } from './health/decoder-alarm.ts';
import type { Log } from './log.ts';
import type { State } from './open-state.ts';
import type { CentreSettings } from './policy/centre-settings.ts';
import { LocalPreference } from './policy/local-preference.ts';
import { LocalStop } from './policy/local-stop.ts';
import { Policies } from './policy/policies.ts';

export interface AiringOptions {
  readonly configuration: Configuration;
  readonly state: Pick<State, 'journal' | 'cache' | 'ffmpeg' | 'identity' | 'trust'>;
  readonly centreSettings: CentreSettings;
  readonly alarms: Alarms;
  readonly clock: Clock;
  readonly stationClock: StationClock;
  readonly log: Log;
}

/** What makes booked orders sound. */
export interface Airing {
  readonly hardware: Hardware;
  readonly stage: Stage;
  readonly preparation: Preparation;
  readonly attendance: Attendance;
  readonly policies: Policies;
  readonly localStop: LocalStop;
  readonly localPreference: LocalPreference;
  /** Takes the local stop and the operator's order up again, and opens the hardware. */
  begin(): void;
  /** Once nothing is attended to any more: closes the sound card and opens every relay. */
  close(): Promise<void>;
}

/** Makes the parts of airing; nothing sounds, and no port is opened, before `begin`. */
export function openAiring(options: AiringOptions): Airing {
  const { configuration, state, centreSettings, alarms, clock, stationClock, log } = options;
  const { journal, cache, ffmpeg, identity, trust } = state;
  const { audio, languages, zones, policy, amplifier } = configuration;
  const hardware = createHardware({
    ...configuration.hardware,
    zones: zones.map(({ id, relay }) => ({ zone: id, ...(relay !== undefined && { relay }) })),
    log,
  });
  const onDecoder = decoderAlarm(alarms);
  const sink = openSink({ audio, clock, log, alarms });
  const stage = new Stage((order) => isInQuestion(journal, (kid) => trust.isRevoked(kid), order));
  const preparation = new Preparation({
    ...{ cache, ffmpeg, onDecoder, clock, languages, authority: identity.authority },
  });
  const policies = new Policies({ journal, own: policy, centre: centreSettings, zones });
  const attendance = new Attendance({
    journal,
    preparation,
    stage,
    policies,
    clock,
    stationClock,
    ticks: new Ticks(clock, COARSE_MS),
    log,
    air: { hardware, sink, ffmpeg, onDecoder, settleMs: amplifier.settleMs },
  });
  const localStop = new LocalStop({ journal, stage, alarms });
  const localPreference = new LocalPreference({ journal, stage });
  const stopListening = hardware.listen((event) => {
    alarmOnEvent(event, alarms);
    if (event.type === 'override') localStop.override(event.on);
  });
  return {
    ...{ hardware, stage, preparation, attendance, policies, localStop, localPreference },
    begin() {
      localStop.begin();
      localPreference.begin();
      hardware.open();
    },
    async close() {
      stopListening();
      await sink.close();
      await hardware.close();
    },
  };
}
