/** What the sound card takes and what every recording holds: 48 kHz, one channel, signed 16 bits, little-endian. */
export const SAMPLE_RATE = 48_000;
export const BYTES_PER_SAMPLE = 2;

/** dB of full scale for an amplitude of 0 to 1; -120 stands for silence, as everywhere in Loa. */
export function decibels(amplitude: number): number {
  if (amplitude <= 1e-6) return -120;
  return Math.round(2000 * Math.log10(amplitude)) / 100;
}
