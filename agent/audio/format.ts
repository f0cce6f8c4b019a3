/** The one format inside the agent: 48 kHz, mono, signed 16 bit little endian. */
export const SAMPLE_RATE = 48_000;
export const BYTES_PER_SAMPLE = 2;
export const BYTES_PER_MS = (SAMPLE_RATE * BYTES_PER_SAMPLE) / 1_000;

export const msOfSamples = (samples: number): number => samples / (SAMPLE_RATE / 1_000);
export const bytesOfMs = (ms: number): number => Math.round(ms * (SAMPLE_RATE / 1_000)) * BYTES_PER_SAMPLE;
