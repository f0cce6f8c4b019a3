import { BYTES_PER_SAMPLE } from './format.ts';

/**
 * Volume in percent as a factor. Squared, because half on a knob should sound like half: 50 % is -12 dB. Never above
 * 1, so that it cannot clip.
 */
export const factorOf = (percent: number): number => Math.min(1, Math.max(0, percent / 100)) ** 2;

/** The PCM at another volume; at full volume the same bytes, untouched. */
export function applyGain(pcm: Buffer, factor: number): Buffer {
  if (factor === 1) return pcm;
  const quieter = Buffer.allocUnsafe(pcm.byteLength);
  for (let at = 0; at < pcm.byteLength; at += BYTES_PER_SAMPLE) {
    quieter.writeInt16LE(Math.round(pcm.readInt16LE(at) * factor), at);
  }
  return quieter;
}

/** The PCM with its volume going in a straight line from one factor to another. */
export function applyRamp(pcm: Buffer, from: number, to: number): Buffer {
  const ramped = Buffer.allocUnsafe(pcm.byteLength);
  for (let at = 0; at < pcm.byteLength; at += BYTES_PER_SAMPLE) {
    const factor = from + ((to - from) * at) / pcm.byteLength;
    ramped.writeInt16LE(Math.round(pcm.readInt16LE(at) * factor), at);
  }
  return ramped;
}
