import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { samplesOf } from './wav.ts';

const run = promisify(execFile);

/** A whole recording as 48 kHz mono PCM, by ffmpeg. For references only: it reads everything into memory. */
export async function decodeProgramme(path: string, ffmpeg = 'ffmpeg'): Promise<Int16Array> {
  const { stdout } = await run(
    ffmpeg,
    ['-v', 'error', '-nostdin', '-i', path, '-vn', '-f', 's16le', '-ar', '48000', '-ac', '1', 'pipe:1'],
    { encoding: 'buffer', maxBuffer: 1024 * 1024 * 1024, timeout: 60_000 },
  );
  return samplesOf(stdout);
}
