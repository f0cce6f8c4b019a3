import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Test } from 'tap';

/** A folder with a short path (a unix socket goes into it), removed after the test. */
export async function temporaryDirectory(t: Test): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'loa-'));
  t.teardown(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

/** Sound that resembles only itself: noise whose loudness comes and goes as in speech. */
export function speechLike(samples: number, seed = 1): Int16Array {
  const sound = new Int16Array(samples);
  let random = seed;
  let smooth = 0;
  for (let i = 0; i < samples; i++) {
    random = (Math.imul(random, 1_664_525) + 1_013_904_223) >>> 0;
    const loudness = 0.2 + Math.abs(Math.sin(i / 7_000));
    smooth = 0.9 * smooth + (random / 2 ** 32 - 0.5) * 12_000 * loudness;
    sound[i] = smooth;
  }
  return sound;
}

export const bytesOf = (sound: Int16Array): Buffer => Buffer.from(sound.buffer, sound.byteOffset, sound.byteLength);

/** Starts a player as the agent does. Killed after the test if it still runs. */
export function startPlayer(t: Test, path: string): ChildProcess {
  const player = spawn(path, ['-q', '-t', 'raw', '-f', 'S16_LE', '-r', '48000', '-c', '1', '-D', 'default'], {
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  player.stdin?.on('error', () => {});
  t.teardown(async () => {
    if (player.exitCode !== null || player.signalCode !== null) return;
    const gone = once(player, 'exit');
    player.kill('SIGKILL');
    await gone;
  });
  return player;
}

/** Resolves when `condition` holds; it is looked at every few milliseconds. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}
