import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { AudioVariant } from '../../protocol/order.ts';

const run = promisify(execFile);

export interface Recording {
  readonly bytes: Buffer;
  readonly variant: (...urls: string[]) => AudioVariant;
}

/** A short recording that is unlike itself at every shift: a tone that rises, as Opus in Ogg by the real ffmpeg. */
export async function recordTone(seconds: number, hertz = 300): Promise<Recording> {
  const folder = await mkdtemp(join(tmpdir(), 'loa-tone-'));
  try {
    const file = join(folder, 'tone.ogg');
    const sweep = `aevalsrc='0.4*sin(2*PI*(${hertz}*t+40*t*t))':s=48000:d=${seconds}`;
    await run('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', sweep, '-c:a', 'libopus', '-b:a', '48k', file]);
    const bytes = await readFile(file);
    return {
      bytes,
      variant: (...urls) => ({
        language: 'vi',
        mime: 'audio/ogg',
        durationMs: Math.round(seconds * 1_000),
        size: bytes.byteLength,
        sha256: createHash('sha256').update(bytes).digest('hex'),
        urls,
      }),
    };
  } finally {
    await rm(folder, { recursive: true });
  }
}
