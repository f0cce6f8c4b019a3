import { join } from 'node:path';
import { ChildFailure } from '../process/child.ts';
import type { Scope } from '../process/scope.ts';
import { enrolStation, identityIn } from '../station/enrol-station.ts';
import { startVirtualStation, type VirtualStation } from '../station/station.ts';
import { bulletin } from './bulletin.ts';
import { ATTACKED, CAST, type CastStation, CENTRE, EMERGENCY, ROUTINE } from './cast.ts';
import { type Centre, type Media, startCentre } from './centre.ts';
import { type Intruder, startIntruder } from './intruder.ts';
import { stealPapers } from './stolen-papers.ts';
import type { DemoWords } from './words.ts';

export interface Player extends CastStation {
  readonly virtual: VirtualStation;
}

/** Everything that runs: the centre, three stations, and somebody who means harm. */
export interface Stage {
  readonly centre: Centre;
  readonly players: readonly Player[];
  /** Between the broker and the attacked station. */
  readonly intruder: Intruder;
  readonly routine: Media;
  readonly emergency: Media;
  /** Throws ChildFailure when one of the programs has ended. */
  check(): void;
}

export interface StageOptions {
  readonly directory: string;
  readonly words: DemoWords;
  readonly say: (line: string) => void;
  readonly scope: Scope;
  readonly signal: AbortSignal;
}

const ONLINE_DEADLINE_MS = 60_000;

/** Starts everything; what was started belongs to `scope`, also when something else then fails. */
export async function setStage({ directory, words, say, scope, signal }: StageOptions): Promise<Stage> {
  say(words.makesKeys);
  const centre = await startCentre({
    centre: CENTRE,
    directory,
    signal,
    own: (child) => scope.own(() => child.stop()),
  });
  say(words.centreReady(centre.mqtt, centre.http));

  const papers = await stealPapers(centre.data, ATTACKED.station);
  const intruder = await startIntruder({ broker: centre.mqtt, papers });
  scope.own(() => intruder.close());
  say(words.startsStations);
  const codes = await centre.addStations(CAST);
  const players = await Promise.all(
    CAST.map(async (cast): Promise<Player> => {
      const home = join(directory, cast.station);
      const virtual = await startVirtualStation({
        ...cast,
        directory: home,
        centre: CENTRE,
        root: centre.root,
        brokerUrl: cast === ATTACKED ? intruder.url : centre.mqtt,
        identity: identityIn(home),
        transport: 'pty',
        agent: 'none',
      });
      scope.own(() => virtual.close());
      await enrolStation({
        ...{ station: cast.station, directory: home, signal },
        centre: centre.http,
        code: codes.get(cast.station) ?? '',
      });
      virtual.agent.start();
      await virtual.agent.online(ONLINE_DEADLINE_MS);
      say(words.stationOnline(cast.name));
      return { ...cast, virtual };
    }),
  );
  // Each takes its time to say goodbye; together they take it once.
  scope.own(async () => void (await Promise.all(players.map(({ virtual }) => virtual.agent.stop()))));

  const add = async (recording: typeof ROUTINE | typeof EMERGENCY): Promise<Media> => {
    const media = await centre.addMedia(bulletin(recording.file));
    say(words.mediaAdded(recording.title, Math.round(media.durationMs / 1000)));
    return media;
  };
  const routine = await add(ROUTINE);
  const emergency = await add(EMERGENCY);

  return {
    ...{ centre, players, intruder, routine, emergency },
    check() {
      for (const child of [centre.child, ...players.map(({ virtual }) => virtual.agent.child)]) {
        if (child && !child.running) throw new ChildFailure(child.name, 'ended', child.tail());
      }
    },
  };
}
