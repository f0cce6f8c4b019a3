import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { VirtualLoudspeaker } from '../../simulator/loudspeaker/loudspeaker.ts';
import { first } from './first.ts';

const PCM = ['-f', 's16le', '-ar', '48000', '-ac', '1', 'pipe:1'];
const decoding = (file: string): string[] => ['-nostdin', '-v', 'error', '-i', file, ...PCM];

/** Milliseconds from starting ffmpeg to its first byte of PCM. */
export async function ffmpegToFirstByte(file: string): Promise<number> {
  const startedAt = performance.now();
  const child = spawn('ffmpeg', decoding(file), { stdio: ['ignore', 'pipe', 'inherit'] });
  const gone = once(child, 'close');
  await once(child.stdout, 'data');
  const ms = performance.now() - startedAt;
  child.stdout.resume();
  await gone;
  return ms;
}

/** Milliseconds from starting `ffmpeg | player` to the first byte at the sound card. */
export async function pipelineToFirstByte(file: string, loudspeaker: VirtualLoudspeaker): Promise<number> {
  const sounded = first('sound of ffmpeg | player', loudspeaker.timeline.listen, isStart);
  const startedAt = performance.now();
  const pipeline = ['-c', 'player=$1; shift; ffmpeg "$@" | "$player"', 'sh', loudspeaker.player.path];
  const child = spawn('sh', [...pipeline, ...decoding(file)], { stdio: ['ignore', 'ignore', 'inherit'] });
  const gone = once(child, 'close');
  const { ms } = await sounded;
  await gone;
  return ms - startedAt;
}

const isStart = (event: { what: string; did?: string }): boolean => event.what === 'player' && event.did === 'started';
