import { decibels, SAMPLE_RATE } from './format.ts';

const WINDOW = SAMPLE_RATE / 5;

/** Measures the amplifier's output over the last 200 ms. */
export interface LevelMeter {
  /** `samples` of output; `sound` may be shorter, the rest was silence. `gain` 0 to 1. */
  hear(samples: number, sound: Int16Array, gain: number): void;
  read(): { readonly rmsDb: number; readonly peakDb: number };
}

export function createLevelMeter(): LevelMeter {
  const ring = new Float64Array(WINDOW);
  let position = 0;

  return {
    hear(samples, sound, gain) {
      for (let i = Math.max(0, samples - WINDOW); i < samples; i++) {
        ring[position] = ((sound[i] ?? 0) * gain) / 32_768;
        position = (position + 1) % WINDOW;
      }
    },
    read() {
      let sum = 0;
      let peak = 0;
      for (const value of ring) {
        sum += value * value;
        peak = Math.max(peak, Math.abs(value));
      }
      return { rmsDb: decibels(Math.sqrt(sum / WINDOW)), peakDb: decibels(peak) };
    },
  };
}
