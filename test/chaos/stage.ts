import type { Scope } from '../../simulator/process/scope.ts';
import { CentreProcess } from './centre-process.ts';
import { Diary } from './diary.ts';
import { Happenings } from './happenings.ts';
import { StationActor } from './station-actor.ts';
import type { CentreStep } from './steps.ts';

const CENTRE = 'vinh-phuc';
export const ZONES: readonly string[] = ['thon-1', 'cho'];

/** Everything that runs in one round. */
export interface Stage {
  readonly directory: string;
  readonly centre: CentreProcess;
  readonly centreHappenings: Happenings<CentreStep>;
  readonly stations: readonly StationActor[];
  readonly diary: Diary;
}

export const stationNames = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, at) => `dai-${at + 1}`);

/** Starts a centre and its stations; whatever was started belongs to `scope`. */
export async function setStage(directory: string, stations: number, scope: Scope): Promise<Stage> {
  const diary = new Diary(directory);
  const centre = await CentreProcess.start(directory, CENTRE);
  scope.own(() => centre.stop());
  const centreHappenings = new Happenings<CentreStep>();
  const actors: StationActor[] = [];
  for (const [at, station] of stationNames(stations).entries()) {
    const actor = await StationActor.start({
      ...{ directory, station, diary, zones: ZONES, centre: CENTRE, root: centre.root, brokerUrl: centre.mqtt },
      transport: at % 2 === 0 ? 'pty' : 'tcp',
    });
    actors.push(actor);
    actor.virtual.loudspeaker.timeline.listen((event) => {
      if (event.what === 'player' && event.did === 'drained') centreHappenings.tell('reports-coming');
    });
    actor.start();
  }
  // Each takes its time to say goodbye; together they take it once.
  scope.own(async () => void (await Promise.all(actors.map((actor) => actor.close()))));
  return { directory, centre, centreHappenings, stations: actors, diary };
}
