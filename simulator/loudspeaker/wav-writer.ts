import { closeSync, openSync, writeSync } from 'node:fs';
import { BYTES_PER_SAMPLE, SAMPLE_RATE } from './format.ts';

const HEADER_BYTES = 44;

/** A WAV file that can be read at any moment: its header is put right with every flush. */
export interface WavWriter {
  readonly path: string;
  append(sound: Int16Array): void;
  /** Writes what waits and puts the header right. */
  flush(): void;
  close(): void;
}

export function openWav(path: string): WavWriter {
  const file = openSync(path, 'w');
  let waiting: Int16Array[] = [];
  let written = 0;

  const flush = (): void => {
    // PCM before header: whoever reads meanwhile finds a shorter recording, never one that promises too much.
    for (const sound of waiting) {
      writeSync(file, littleEndian(sound), 0, undefined, HEADER_BYTES + written);
      written += sound.length * BYTES_PER_SAMPLE;
    }
    waiting = [];
    writeSync(file, header(written), 0, HEADER_BYTES, 0);
  };

  flush();
  return {
    path,
    append: (sound) => void waiting.push(sound),
    flush,
    close() {
      flush();
      closeSync(file);
    },
  };
}

function littleEndian(sound: Int16Array): Buffer {
  const bytes = Buffer.allocUnsafe(sound.length * BYTES_PER_SAMPLE);
  for (let i = 0; i < sound.length; i++) bytes.writeInt16LE(sound[i] ?? 0, i * BYTES_PER_SAMPLE);
  return bytes;
}

function header(dataBytes: number): Buffer {
  const bytes = Buffer.alloc(HEADER_BYTES);
  bytes.write('RIFF', 0, 'latin1');
  bytes.writeUInt32LE(HEADER_BYTES - 8 + dataBytes, 4);
  bytes.write('WAVEfmt ', 8, 'latin1');
  bytes.writeUInt32LE(16, 16);
  bytes.writeUInt16LE(1, 20); // PCM
  bytes.writeUInt16LE(1, 22); // channels
  bytes.writeUInt32LE(SAMPLE_RATE, 24);
  bytes.writeUInt32LE(SAMPLE_RATE * BYTES_PER_SAMPLE, 28);
  bytes.writeUInt16LE(BYTES_PER_SAMPLE, 32);
  bytes.writeUInt16LE(8 * BYTES_PER_SAMPLE, 34);
  bytes.write('data', 36, 'latin1');
  bytes.writeUInt32LE(dataBytes, 40);
  return bytes;
}
