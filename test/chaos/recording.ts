import { render, SAMPLE_RATE } from './signature.ts';

const HEADER_BYTES = 44;

/** The recording of a signature as a WAV file. */
export function wavOf(signature: number, durationMs: number): Buffer {
  const sound = render(signature, durationMs);
  const wav = Buffer.alloc(HEADER_BYTES + sound.length * 2);
  wav.write('RIFF', 0, 'latin1');
  wav.writeUInt32LE(wav.length - 8, 4);
  wav.write('WAVEfmt ', 8, 'latin1');
  wav.writeUInt32LE(16, 16);
  wav.writeUInt16LE(1, 20); // PCM
  wav.writeUInt16LE(1, 22); // channels
  wav.writeUInt32LE(SAMPLE_RATE, 24);
  wav.writeUInt32LE(SAMPLE_RATE * 2, 28);
  wav.writeUInt16LE(2, 32);
  wav.writeUInt16LE(16, 34);
  wav.write('data', 36, 'latin1');
  wav.writeUInt32LE(sound.length * 2, 40);
  for (const [at, sample] of sound.entries()) wav.writeInt16LE(sample, HEADER_BYTES + at * 2);
  return wav;
}
