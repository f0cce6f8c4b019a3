import type { Clock } from '../../clock/clock.ts';
import type { Configuration } from '../../configuration/schema.ts';
import type { Alarms } from '../../health/alarms.ts';
import type { Log } from '../../log.ts';
import { AlsaSink } from './alsa.ts';
import type { Sink } from './port.ts';
import { WavSink } from './wav.ts';

export interface SinkOptions {
  readonly audio: Configuration['audio'];
  readonly clock: Clock;
  readonly log: Log;
  readonly alarms: Alarms;
}

/** Where the sound goes, as the configuration says. */
export function openSink({ audio, clock, log, alarms }: SinkOptions): Sink {
  if (audio.sink === 'wav') return new WavSink({ directory: audio.directory ?? '.', clock });
  return new AlsaSink({
    player: audio.player,
    device: audio.device,
    clock,
    log,
    onFault: (fault) => {
      if (fault === undefined) alarms.clear('sound-card');
      else alarms.raise('sound-card', 'critical', fault);
    },
  });
}
