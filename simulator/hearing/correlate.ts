import { transform } from './fourier.ts';

/** Samples that one sample of the coarse search stands for: 48 kHz becomes 6 kHz, which keeps what speech is made of. */
const COARSE = 8;
const CANDIDATES = 3;

export interface Correlation {
  /** Normalised cross-correlation at the best lag, 0 to 1; whatever the gain. 0 where either side is silent. */
  readonly coefficient: number;
  /** Sample of `heard` at which `reference` begins; negative when its beginning was not heard. */
  readonly lag: number;
}

/**
 * How well `reference` is found in `heard`, wherever in it. What of the reference lies outside `heard` counts as
 * silence, so half a programme gives about 0.7 and not 1; what was heard before and after it does not count.
 *
 * Searches all lags at 6 kHz by Fourier transform, then the best ones exactly at the full rate.
 */
export function correlate(heard: Int16Array, reference: Int16Array): Correlation {
  const none = { coefficient: 0, lag: 0 };
  const referenceEnergy = energy(reference, 0, reference.length);
  if (referenceEnergy === 0 || heard.length === 0) return none;
  let best: Correlation = none;
  for (const coarse of coarseLags(heard, reference)) {
    for (let lag = (coarse - 2) * COARSE; lag <= (coarse + 2) * COARSE; lag++) {
      const coefficient = coefficientAt(heard, reference, referenceEnergy, lag);
      if (coefficient > best.coefficient) best = { coefficient, lag };
    }
  }
  return best;
}

/**
 * How well a part of a programme was heard: the beginning of `reference`, as long as `heard` is. For a programme that
 * was preempted.
 */
export function correlateBeginning(heard: Int16Array, reference: Int16Array): Correlation {
  return correlate(heard, reference.subarray(0, heard.length));
}

function coefficientAt(heard: Int16Array, reference: Int16Array, referenceEnergy: number, lag: number): number {
  const from = Math.max(0, -lag);
  const to = Math.min(reference.length, heard.length - lag);
  let product = 0;
  let heardEnergy = 0;
  for (let i = from; i < to; i++) {
    const value = heard[i + lag] ?? 0;
    product += value * (reference[i] ?? 0);
    heardEnergy += value * value;
  }
  return heardEnergy === 0 ? 0 : product / Math.sqrt(heardEnergy * referenceEnergy);
}

function energy(sound: Int16Array, from: number, to: number): number {
  let sum = 0;
  for (let i = from; i < to; i++) sum += (sound[i] ?? 0) ** 2;
  return sum;
}

/** The most promising lags, in coarse samples. */
function coarseLags(heard: Int16Array, reference: Int16Array): number[] {
  const a = decimate(heard);
  const b = decimate(reference);
  let size = 2;
  while (size < a.length + b.length) size *= 2;
  // Both signals are real, so one transform carries both: heard as its real part, reference as its imaginary one.
  const real = new Float64Array(size);
  const imaginary = new Float64Array(size);
  real.set(a);
  imaginary.set(b);
  transform(real, imaginary, false);
  multiplyConjugate(real, imaginary);
  transform(real, imaginary, true);
  const cumulative = cumulativeEnergy(a);
  // The product is weighed against the energy that was heard meanwhile, but never against next to none.
  const floor = (cumulative[a.length] ?? 0) * 0.01;
  const scores = new Float64Array(size);
  for (let index = 0; index < size; index++) {
    const lag = index < a.length ? index : index - size;
    const inWindow = (cumulative[clamp(lag + b.length, a.length)] ?? 0) - (cumulative[clamp(lag, a.length)] ?? 0);
    scores[index] = (real[index] ?? 0) / Math.sqrt(Math.max(inWindow, floor, 1));
  }
  return peaks(scores).map((index) => (index < a.length ? index : index - size));
}

/** Turns the transform of (heard + i·reference) into that of their cross-correlation, in place. */
function multiplyConjugate(real: Float64Array, imaginary: Float64Array): void {
  const size = real.length;
  for (let k = 0; k <= size / 2; k++) {
    const m = (size - k) % size;
    const [kr, ki, mr, mi] = [real[k] ?? 0, imaginary[k] ?? 0, real[m] ?? 0, imaginary[m] ?? 0];
    const [ar, ai] = [(kr + mr) / 2, (ki - mi) / 2];
    const [br, bi] = [(ki + mi) / 2, (mr - kr) / 2];
    const productReal = ar * br + ai * bi;
    const productImaginary = ai * br - ar * bi;
    real[k] = productReal;
    imaginary[k] = productImaginary;
    real[m] = productReal;
    imaginary[m] = -productImaginary;
  }
}

function peaks(scores: Float64Array): number[] {
  const found: number[] = [];
  for (let round = 0; round < CANDIDATES; round++) {
    let best = -1;
    for (let i = 0; i < scores.length; i++) {
      if ((best < 0 || (scores[i] ?? 0) > (scores[best] ?? 0)) && !found.some((other) => Math.abs(other - i) < 3))
        best = i;
    }
    if (best >= 0) found.push(best);
  }
  return found;
}

/** Averages of every `COARSE` samples: a low-pass and a decimation in one. */
function decimate(sound: Int16Array): Float64Array {
  const coarse = new Float64Array(Math.ceil(sound.length / COARSE));
  for (let i = 0; i < sound.length; i++) {
    const at = Math.floor(i / COARSE);
    coarse[at] = (coarse[at] ?? 0) + (sound[i] ?? 0) / COARSE;
  }
  return coarse;
}

function cumulativeEnergy(sound: Float64Array): Float64Array {
  const sums = new Float64Array(sound.length + 1);
  for (let i = 0; i < sound.length; i++) sums[i + 1] = (sums[i] ?? 0) + (sound[i] ?? 0) ** 2;
  return sums;
}

const clamp = (value: number, max: number): number => Math.min(Math.max(value, 0), max);
