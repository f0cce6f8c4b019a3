import { join } from 'node:path';
import { decibels } from './format.ts';
import type { Timeline } from './timeline.ts';
import { openWav, type WavWriter } from './wav-writer.ts';

/** One WAV a zone, all on one timeline of samples, and where in it each zone was heard. */
export interface Recording {
  /** Samples so far, the same in every WAV. */
  readonly samples: number;
  /** `count` more samples; `sound` may be shorter, the rest was silence. Zones that are not heard get zeros. */
  append(count: number, sound: Int16Array, gain: number): void;
  /** From now on exactly these zones are heard (by index). */
  hear(zones: readonly boolean[]): void;
  flush(): void;
  close(): void;
}

interface Track {
  readonly zone: string;
  readonly wav: WavWriter;
  heard: { readonly from: number; peak: number; squares: number } | undefined;
}

export function openRecording(directory: string, zones: readonly string[], timeline: Timeline): Recording {
  const tracks = zones.map((zone): Track => ({ zone, wav: openWav(join(directory, `${zone}.wav`)), heard: undefined }));
  let samples = 0;

  const end = (track: Track): void => {
    const { heard, zone } = track;
    if (heard === undefined) return;
    track.heard = undefined;
    const rms = Math.sqrt(heard.squares / Math.max(1, samples - heard.from)) / 32_768;
    const levels = { peakDb: decibels(heard.peak / 32_768), rmsDb: decibels(rms) };
    timeline.note(samples, { what: 'sound-ended', zone, from: heard.from, ...levels });
  };

  return {
    get samples() {
      return samples;
    },
    append(count, sound, gain) {
      const silence = new Int16Array(count);
      const heard = new Int16Array(count);
      for (let i = 0; i < sound.length; i++) heard[i] = Math.round((sound[i] ?? 0) * gain);
      const { peak, squares } = measure(heard);
      for (const track of tracks) {
        track.wav.append(track.heard ? heard : silence);
        if (track.heard) {
          track.heard.peak = Math.max(track.heard.peak, peak);
          track.heard.squares += squares;
        }
      }
      samples += count;
    },
    hear(zonesHeard) {
      for (const [index, track] of tracks.entries()) {
        if (!zonesHeard[index]) end(track);
        else if (track.heard === undefined) {
          track.heard = { from: samples, peak: 0, squares: 0 };
          timeline.note(samples, { what: 'sound-started', zone: track.zone });
        }
      }
    },
    flush() {
      for (const track of tracks) track.wav.flush();
    },
    close() {
      for (const track of tracks) {
        end(track);
        track.wav.close();
      }
    },
  };
}

function measure(sound: Int16Array): { peak: number; squares: number } {
  let peak = 0;
  let squares = 0;
  for (const value of sound) {
    peak = Math.max(peak, Math.abs(value));
    squares += value * value;
  }
  return { peak, squares };
}
