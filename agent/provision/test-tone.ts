import { BYTES_PER_SAMPLE, SAMPLE_RATE } from '../audio/format.ts';

const HERTZ = 660;
const PEAK = 0.5;
const BEEP_MS = 350;
const PAUSE_MS = 250;
const STEADY_MS = 1_600;
const SOFT_MS = 10;
/** More than so many beeps nobody counts. */
const MOST_BEEPS = 5;

/**
 * The test tone as 48 kHz mono s16le, -6 dB of full scale: as many short beeps as the relay's number (up to five), so that
 * whoever stands under a loudspeaker can tell which relay it hangs on, then one long tone to measure by.
 */
export function testTone(relay: number): Buffer {
  const beeps = Array.from({ length: Math.min(relay, MOST_BEEPS) }, () => [tone(BEEP_MS), silence(PAUSE_MS)]).flat();
  return Buffer.concat([...beeps, tone(STEADY_MS)]);
}

function tone(ms: number): Buffer {
  const samples = (ms * SAMPLE_RATE) / 1_000;
  const soft = (SOFT_MS * SAMPLE_RATE) / 1_000;
  const pcm = Buffer.alloc(samples * BYTES_PER_SAMPLE);
  for (let at = 0; at < samples; at++) {
    const edge = Math.min(1, at / soft, (samples - at) / soft);
    const value = edge * PEAK * Math.sin((2 * Math.PI * HERTZ * at) / SAMPLE_RATE);
    pcm.writeInt16LE(Math.round(value * 32_767), at * BYTES_PER_SAMPLE);
  }
  return pcm;
}

const silence = (ms: number): Buffer => Buffer.alloc((ms * SAMPLE_RATE * BYTES_PER_SAMPLE) / 1_000);
