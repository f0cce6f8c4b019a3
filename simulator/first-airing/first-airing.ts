import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { performance } from 'node:perf_hooks';
import { bulletin } from '../demo/bulletin.ts';
import { CENTRE, EMERGENCY, PREEMPTED } from '../demo/cast.ts';
import { startCentre } from '../demo/centre.ts';
import { correlate } from '../hearing/correlate.ts';
import { decodeProgramme } from '../hearing/decode.ts';
import { withoutUnderruns } from '../hearing/underruns.ts';
import { readWav } from '../hearing/wav.ts';
import { openScope } from '../process/scope.ts';
import { AGENT_PROGRAM } from '../station/agent-process.ts';
import { startVirtualStation, type VirtualStation } from '../station/station.ts';
import type { FirstAiringWords } from './words.ts';

/** What was heard equals what was ordered from here on. */
const ENOUGH = 0.95;

export interface FirstAiringOptions {
  /** Where everything is kept; a new folder for temporary files when absent. */
  readonly directory: string | undefined;
  /** Whether `loa-agent provision` asks at this terminal. */
  readonly guided: boolean;
  readonly words: FirstAiringWords;
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
}

/**
 * A centre that has an order for everybody, and a board that is nobody's yet: `loa-agent provision` makes it a station, and
 * the loudspeakers' recordings tell whether the order was heard. Whether it was, in every zone. Rejects with ChildFailure.
 */
export async function runFirstAiring({ guided, words, say, signal, ...options }: FirstAiringOptions): Promise<boolean> {
  const directory = resolve(options.directory ?? (await mkdtemp(join(tmpdir(), 'loa-first-airing-'))));
  const scope = openScope((error) => say(String(error)));
  try {
    say(words.begins);
    const centre = await startCentre({
      ...{ centre: CENTRE, directory, signal },
      own: (child) => scope.own(() => child.stop()),
    });
    const code = (await centre.addStations([PREEMPTED])).get(PREEMPTED.station) ?? '';
    const media = await centre.addMedia(bulletin(EMERGENCY.file));
    const late = ['--late-by', '3600', '--expires-in', '2h', '--status', 'test'];
    await centre.send([
      '--title',
      words.order,
      '--to',
      'all',
      '--media',
      media.sha256,
      '--priority',
      'routine',
      ...late,
    ]);
    const board = join(directory, PREEMPTED.station);
    const cabinet = await startVirtualStation({
      ...{ ...PREEMPTED, directory: board, centre: CENTRE, root: centre.root, brokerUrl: centre.mqtt },
      ...{ transport: 'pty', agent: 'none' },
    });
    scope.own(() => cabinet.close());

    const places = ['--config', join(board, 'board', 'agent.toml'), '--state', join(board, 'board', 'state')];
    const hardware = ['--line', cabinet.controller.line, '--player', cabinet.loudspeaker.player.path];
    const answers = ['--centre', centre.http, '--code', code, '--record', directory];
    const args = guided ? [] : ['--unattended', '--by', 'loa-sim', ...answers];
    if (guided) say(words.typeThese(centre.http, code));
    const command = ['provision', ...args, ...places, ...hardware];
    say(words.runs(`loa-agent ${command.join(' ')}`));
    const began = performance.now();
    const exit = await run([AGENT_PROGRAM, ...command, ...(guided ? ['--record', directory] : [])]);
    const seconds = (performance.now() - began) / 1_000;
    signal.throwIfAborted();
    const heard = await heardIn(cabinet, await decodeProgramme(media.file));
    for (const { zone, coefficient } of heard) say(words.heard(zone, coefficient));
    const right = exit === 0 && heard.every(({ coefficient }) => coefficient >= ENOUGH);
    say(words.ends(right, seconds, directory));
    return right;
  } finally {
    await scope.close();
  }
}

/** In our own group of processes, so that Ctrl-C reaches it and it can open its relays. */
async function run(args: readonly string[]): Promise<number | null> {
  const child = spawn(process.execPath, args, { stdio: 'inherit' });
  const [code] = (await once(child, 'close')) as [number | null];
  return code;
}

function heardIn(cabinet: VirtualStation, programme: Int16Array) {
  const { loudspeaker } = cabinet;
  loudspeaker.flush();
  return Promise.all(
    PREEMPTED.zones.map(async ({ id, name }) => {
      const { sound } = await readWav(loudspeaker.wavOf(id));
      const heard = withoutUnderruns(sound, loudspeaker.timeline.events);
      return { zone: name, coefficient: correlate(heard, programme).coefficient };
    }),
  );
}
