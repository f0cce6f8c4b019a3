/**
 * How the recordings of a chaos run are made, so that a listener can tell from any moment of sound which recording it
 * is and where in it: three steady tones out of 24 name the recording, a rising one tells the position.
 */
export const SAMPLE_RATE = 48_000;

const MARKS = 24;
const FIRST_MARK_HZ = 600;
const MARK_STEP_HZ = 150;
/** Frequencies of which three are in every recording. */
export const marks: readonly number[] = Array.from({ length: MARKS }, (_, at) => FIRST_MARK_HZ + at * MARK_STEP_HZ);

/** The position tone: 6 kHz at the beginning, 1 kHz more every second. */
export const POSITION_FROM_HZ = 6_000;
export const POSITION_HZ_PER_S = 1_000;
export const LONGEST_S = 10;

/** How many recordings can be told apart. */
export const SIGNATURES = (MARKS * (MARKS - 1) * (MARKS - 2)) / 6;

const AMPLITUDE = 0.18;
const EDGE_SAMPLES = 240;

/** The three marks (by index, ascending) of a signature from 0 to SIGNATURES - 1. */
export function marksOf(signature: number): readonly [number, number, number] {
  let left = signature;
  for (let first = 0; first < MARKS; first++) {
    for (let second = first + 1; second < MARKS; second++) {
      const thirds = MARKS - 1 - second;
      if (left < thirds) return [first, second, second + 1 + left];
      left -= thirds;
    }
  }
  throw new RangeError(`there is no signature ${signature}`);
}

/** The inverse of `marksOf`; undefined for what are no three different marks. */
export function signatureOf(found: readonly number[]): number | undefined {
  const [first, second, third] = [...found].sort((a, b) => a - b);
  if (first === undefined || second === undefined || third === undefined || found.length !== 3) return undefined;
  if (first === second || second === third || first < 0 || third >= MARKS) return undefined;
  let before = 0;
  for (let a = 0; a <= first; a++) {
    for (let b = a + 1; b < (a === first ? second : MARKS); b++) before += MARKS - 1 - b;
  }
  return before + third - second - 1;
}

/** The sound of a signature, 48 kHz mono. */
export function render(signature: number, durationMs: number): Int16Array {
  const length = Math.round((durationMs * SAMPLE_RATE) / 1000);
  if (length > LONGEST_S * SAMPLE_RATE) throw new RangeError(`at most ${LONGEST_S} s`);
  const tones = marksOf(signature).map((mark) => (2 * Math.PI * (marks[mark] ?? 0)) / SAMPLE_RATE);
  const sound = new Int16Array(length);
  for (let i = 0; i < length; i++) {
    const seconds = i / SAMPLE_RATE;
    let value = Math.sin(2 * Math.PI * (POSITION_FROM_HZ * seconds + (POSITION_HZ_PER_S / 2) * seconds * seconds));
    for (const tone of tones) value += Math.sin(tone * i);
    const edge = Math.min(1, (i + 1) / EDGE_SAMPLES, (length - i) / EDGE_SAMPLES);
    sound[i] = Math.round(32_767 * AMPLITUDE * edge * value);
  }
  return sound;
}
