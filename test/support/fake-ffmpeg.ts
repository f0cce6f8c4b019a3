import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * `hang` leaves a child behind that holds the pipes, as a wrapper script does; `short` ends well and too early; `halfway`
 * crashes after four seconds of sound.
 */
export type Mood = 'well' | 'crash' | 'halfway' | 'hang' | 'short' | 'endless' | 'grumble';

/** A decoder that is the real one until it is put into another mood. */
export interface FakeFfmpeg {
  readonly path: string;
  set(mood: Mood): Promise<void>;
  /** How often it was started in each mood so far. */
  runs(): Promise<readonly string[]>;
  /** Ends what it left behind. */
  close(): Promise<void>;
}

export async function fakeFfmpeg(directory: string): Promise<FakeFfmpeg> {
  const path = join(directory, 'ffmpeg');
  const mood = join(directory, 'mood');
  const runs = join(directory, 'runs');
  const orphans = join(directory, 'orphans');
  const script = `#!/bin/sh
mood=$(cat '${mood}')
echo "$mood" >> '${runs}'
case "$mood" in
  crash) exit 139 ;;
  halfway) ffmpeg "$@" | head -c 384000; exit 139 ;;
  short) ffmpeg "$@" | head -c 384000; exit 0 ;;
  hang) sh -c "echo \\$\\$ >> '${orphans}'; exec sleep 600" & wait ;;
  endless) exec cat /dev/zero ;;
  grumble) yes 'something is not quite right' >&2 & grumbler=$!
    ffmpeg "$@"; code=$?
    kill $grumbler; exit $code ;;
  *) exec ffmpeg "$@" ;;
esac
`;
  const linesOf = async (file: string): Promise<readonly string[]> =>
    (await readFile(file, 'utf8').catch(() => '')).split('\n').filter(Boolean);
  await writeFile(path, script, { mode: 0o755 });
  await writeFile(mood, 'well');
  return {
    path,
    set: (next) => writeFile(mood, next),
    runs: () => linesOf(runs),
    async close() {
      for (const pid of await linesOf(orphans)) {
        try {
          process.kill(Number(pid), 'SIGKILL');
        } catch {
          // It has ended already.
        }
      }
    },
  };
}
