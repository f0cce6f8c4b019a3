import { BYTES_PER_SAMPLE, SAMPLE_RATE } from './format.ts';

/** Two bell-like notes, a major third down (E5, C5), that call for attention before a programme. */
const NOTES = [
  { hertz: 659.25, startMs: 0, lengthMs: 900 },
  { hertz: 523.25, startMs: 600, lengthMs: 1_200 },
];
export const CHIME_MS = 1_900;
const PEAK = 0.35;

/** The chime as 48 kHz mono s16le, 1.9 s. */
export function chime(): Buffer {
  const samples = (CHIME_MS * SAMPLE_RATE) / 1_000;
  const pcm = Buffer.alloc(samples * BYTES_PER_SAMPLE);
  for (let at = 0; at < samples; at++) {
    const ms = (at * 1_000) / SAMPLE_RATE;
    const level = NOTES.reduce((sum, note) => sum + bell(note, ms), 0);
    pcm.writeInt16LE(Math.round(level * PEAK * 32_767), at * BYTES_PER_SAMPLE);
  }
  return pcm;
}

function bell(note: (typeof NOTES)[number], ms: number): number {
  const within = ms - note.startMs;
  if (within < 0 || within > note.lengthMs) return 0;
  const attack = Math.min(1, within / 8);
  const release = Math.min(1, (note.lengthMs - within) / 40);
  return attack * release * Math.exp(-within / 320) * Math.sin((2 * Math.PI * note.hertz * within) / 1_000);
}
