import { open } from 'node:fs/promises';

/**
 * Reads a WAV of 16-bit mono PCM. A file whose header promises more than is there (its writer was killed) gives what
 * is there. Rejects with an Error that names the file when it is something else.
 */
export async function readWav(path: string): Promise<{ readonly rate: number; readonly sound: Int16Array }> {
  const file = await open(path);
  let bytes: Buffer;
  try {
    bytes = await file.readFile();
  } finally {
    await file.close();
  }
  if (bytes.toString('latin1', 0, 4) !== 'RIFF' || bytes.toString('latin1', 8, 12) !== 'WAVE') {
    throw new Error(`${path} is not a WAV file`);
  }
  let rate = 0;
  for (let at = 12; at + 8 <= bytes.length; ) {
    const kind = bytes.toString('latin1', at, at + 4);
    const size = bytes.readUInt32LE(at + 4);
    const body = at + 8;
    if (kind === 'fmt ') {
      const [format, channels, bits] = [
        bytes.readUInt16LE(body),
        bytes.readUInt16LE(body + 2),
        bytes.readUInt16LE(body + 14),
      ];
      if (format !== 1 || channels !== 1 || bits !== 16) throw new Error(`${path} is not 16-bit mono PCM`);
      rate = bytes.readUInt32LE(body + 4);
    }
    if (kind === 'data') return { rate, sound: samplesOf(bytes.subarray(body, body + size)) };
    at = body + size + (size % 2);
  }
  throw new Error(`${path} holds no sound`);
}

/** Signed 16-bit little-endian bytes as samples; half a sample at the end is left out. */
export function samplesOf(bytes: Buffer): Int16Array {
  const sound = new Int16Array(Math.floor(bytes.length / 2));
  for (let i = 0; i < sound.length; i++) sound[i] = bytes.readInt16LE(i * 2);
  return sound;
}
