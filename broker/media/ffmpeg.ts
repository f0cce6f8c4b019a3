import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** ffmpeg ended with another status than 0, or could not be started. */
export class FfmpegError extends Error {
  override readonly name = 'FfmpegError';
  readonly code: 'not-found' | 'failed';
  /** The last lines of what ffmpeg said. */
  readonly said: string;

  constructor(code: FfmpegError['code'], said: string, cause?: unknown) {
    super(`ffmpeg ${code}: ${said.slice(-300)}`, cause === undefined ? {} : { cause });
    this.code = code;
    this.said = said;
  }
}

const KEPT_STDERR = 64 * 1024;

/**
 * Runs ffmpeg to its end. Resolves to what it said on stderr and how many bytes came on stdout, which are counted and
 * dropped. Only local files are read, whatever a playlist in them may name. Throws FfmpegError.
 */
export async function runFfmpeg(
  program: string,
  parameters: readonly string[],
): Promise<{ said: string; bytes: number }> {
  const child = spawn(program, ['-hide_banner', '-nostdin', '-protocol_whitelist', 'file,pipe', ...parameters], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  let bytes = 0;
  child.stderr.setEncoding('utf8');
  child.stderr.on('data', (text: string) => {
    said = (said + text).slice(-KEPT_STDERR);
  });
  child.stdout.on('data', (chunk: Buffer) => {
    bytes += chunk.byteLength;
  });
  let code: unknown;
  try {
    [code] = await once(child, 'close');
  } catch (error) {
    throw new FfmpegError('not-found', program, error);
  }
  if (code !== 0) throw new FfmpegError('failed', said);
  return { said, bytes };
}
