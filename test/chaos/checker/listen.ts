import { transform } from '../../../simulator/hearing/fourier.ts';
import { segmentsOf } from '../../../simulator/hearing/segments.ts';
import type { TimelineEvent } from '../../../simulator/loudspeaker/timeline.ts';
import { marks, POSITION_FROM_HZ, POSITION_HZ_PER_S, SAMPLE_RATE, signatureOf } from '../signature.ts';
import type { Hearing, Span } from './history.ts';

const WINDOW = 2_048;
const HOP = 1_920;
const BIN_HZ = SAMPLE_RATE / WINDOW;
const msOf = (samples: number): number => (samples * 1000) / SAMPLE_RATE;
const HALF_WINDOW_MS = msOf(WINDOW) / 2;
/** The third mark stands out from everything else in its band by this factor. */
const CLEAR = 2.5;
/** Windows of one pass lie a hop apart; a jump beyond this is a break. */
const BREAK_MS = 130;
/** Below this a sample is silence. */
const QUIET = 24;
const cosineWindow = Float64Array.from({ length: WINDOW }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / WINDOW));

interface Glimpse {
  readonly signature: number;
  readonly positionMs: number;
}

/** Everything that one zone heard: each stretch of the timeline, looked at window by window in the recording. */
export function listen(sound: Int16Array, events: readonly TimelineEvent[], zone: string): Hearing[] {
  return segmentsOf(events, zone).flatMap((segment) => {
    const heard = sound.subarray(segment.from, segment.to);
    const audible = heard.reduce((count, sample) => (Math.abs(sample) < QUIET ? count : count + 1), 0);
    if (audible === 0) return [];
    const { signature, passes } = recognise(heard);
    return [
      {
        zone,
        from: Date.parse(segment.began),
        to: Date.parse(segment.ended),
        audibleMs: msOf(audible),
        signature,
        passes,
      },
    ];
  });
}

/** Which recording it is, and which parts of it, in order. */
export function recognise(heard: Int16Array): Pick<Hearing, 'signature' | 'passes'> {
  const glimpses = startsOf(heard.length).flatMap((at) => glimpse(heard.subarray(at, at + WINDOW)) ?? []);
  const signature = mostFrequent(glimpses.map((each) => each.signature));
  const positions = glimpses.filter((each) => each.signature === signature).map(({ positionMs }) => positionMs);
  return { signature, passes: passesOf(positions) };
}

/** Windows a hop apart, the last one at the very end. */
function startsOf(length: number): number[] {
  const last = Math.max(0, length - WINDOW);
  return [...Array.from({ length: Math.ceil(last / HOP) }, (_, at) => at * HOP), last];
}

function glimpse(samples: Int16Array): Glimpse | undefined {
  const real = new Float64Array(WINDOW);
  const imaginary = new Float64Array(WINDOW);
  for (let i = 0; i < samples.length; i++) real[i] = (samples[i] ?? 0) * (cosineWindow[i] ?? 0);
  transform(real, imaginary, false);
  const level = (bin: number): number => Math.hypot(real[bin] ?? 0, imaginary[bin] ?? 0);
  const found = marks
    .map((hertz, mark) => {
      const bin = Math.round(hertz / BIN_HZ);
      return { mark, level: Math.max(level(bin - 1), level(bin), level(bin + 1)) };
    })
    .sort((a, b) => b.level - a.level);
  const third = found[2]?.level ?? 0;
  if (third < QUIET * 10 || third < CLEAR * (found[3]?.level ?? 0)) return undefined;
  const signature = signatureOf(found.slice(0, 3).map(({ mark }) => mark));
  const first = Math.floor((POSITION_FROM_HZ - 200) / BIN_HZ);
  let best = first;
  for (let bin = first; bin < WINDOW / 2 - 1; bin++) if (level(bin) > level(best)) best = bin;
  if (signature === undefined || level(best) < third / 4) return undefined;
  const [before, at, after] = [level(best - 1), level(best), level(best + 1)];
  const between = before - 2 * at + after === 0 ? 0 : (0.5 * (before - after)) / (before - 2 * at + after);
  return { signature, positionMs: (((best + between) * BIN_HZ - POSITION_FROM_HZ) * 1000) / POSITION_HZ_PER_S };
}

/** Runs of rising positions; each window stands for its whole length. */
function passesOf(positions: readonly number[]): Span[] {
  const passes: Span[] = [];
  let from: number | undefined;
  let last = 0;
  const end = (): void => {
    if (from !== undefined) passes.push({ from: from - HALF_WINDOW_MS, to: last + HALF_WINDOW_MS });
  };
  for (const position of positions) {
    if (from === undefined || position < last - BREAK_MS / 2 || position > last + BREAK_MS) {
      end();
      from = position;
    }
    last = position;
  }
  end();
  return passes;
}

function mostFrequent(values: readonly number[]): number | undefined {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a)[0]?.[0];
}
