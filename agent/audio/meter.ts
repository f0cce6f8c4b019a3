import { BYTES_PER_SAMPLE, msOfSamples } from './format.ts';

const FULL_SCALE = 32_768;
export const SILENCE_DB = -120;
/** A block whose peak stays below this is silence to a listener. */
const SILENT_PEAK = FULL_SCALE * 10 ** (-60 / 20);

export const toDb = (ratio: number): number =>
  ratio <= 0 ? SILENCE_DB : Math.max(SILENCE_DB, Math.round(200 * Math.log10(ratio)) / 10);

/** Measures what went to the sink. */
export class Meter {
  #samples = 0;
  #silentSamples = 0;
  #squares = 0;
  #peak = 0;

  add(pcm: Buffer): void {
    const samples = pcm.byteLength / BYTES_PER_SAMPLE;
    let squares = 0;
    let peak = 0;
    for (let at = 0; at < pcm.byteLength; at += BYTES_PER_SAMPLE) {
      const value = pcm.readInt16LE(at);
      squares += value * value;
      const level = Math.abs(value);
      if (level > peak) peak = level;
    }
    this.#samples += samples;
    this.#squares += squares;
    if (peak > this.#peak) this.#peak = peak;
    if (peak < SILENT_PEAK) this.#silentSamples += samples;
  }

  get rmsDb(): number {
    return this.#samples === 0 ? SILENCE_DB : toDb(Math.sqrt(this.#squares / this.#samples) / FULL_SCALE);
  }

  get peakDb(): number {
    return toDb(this.#peak / FULL_SCALE);
  }

  get silentMs(): number {
    return msOfSamples(this.#silentSamples);
  }
}
