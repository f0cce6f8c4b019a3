import type { Scope } from '../../simulator/process/scope.ts';
import { noFaketime } from '../support/faketime.ts';
import { mountSmallDisk } from '../support/small-disk.ts';
import { CentreProcess } from './centre-process.ts';
import { Diary } from './diary.ts';
import { Happenings } from './happenings.ts';
import { StationActor } from './station-actor.ts';
import type { CentreStep } from './steps.ts';
import type { Passing } from './wire.ts';

const CENTRE = 'vinh-phuc';
const CARD_MB = 32;
export const ZONES: readonly string[] = ['thon-1', 'cho'];

/** Everything that runs in one round. */
export interface Stage {
  readonly directory: string;
  readonly centre: CentreProcess;
  readonly centreHappenings: Happenings<CentreStep>;
  readonly stations: readonly StationActor[];
  readonly diary: Diary;
}

export interface StageOptions {
  readonly directory: string;
  readonly stations: number;
  /** A PostgreSQL URL in place of the centre's embedded database. */
  readonly database: string | undefined;
}

export const stationNames = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, at) => `dai-${at + 1}`);

/** Starts a centre and its stations; whatever was started belongs to `scope`. */
export async function setStage({ directory, stations, database }: StageOptions, scope: Scope): Promise<Stage> {
  const diary = new Diary(directory);
  const centre = await CentreProcess.start(directory, CENTRE, database);
  scope.own(() => centre.stop());
  const centreHappenings = new Happenings<CentreStep>();
  const actors: StationActor[] = [];
  for (const [at, station] of stationNames(stations).entries()) {
    // Where nothing may be mounted no card becomes full.
    const disk = at % 2 === 1 ? await mountSmallDisk(CARD_MB) : undefined;
    if (disk !== undefined) scope.own(() => disk.close());
    const actor = await StationActor.start({
      ...{
        directory,
        disk,
        oldCards: at % 3 === 0,
        ownClock: at % 3 === 2 && noFaketime === false,
        station,
        diary,
        zones: ZONES,
        centre: CENTRE,
        root: centre.root,
        brokerUrl: centre.mqtt,
      },
      transport: at % 2 === 0 ? 'pty' : 'tcp',
      onPassing: (what) => {
        const step = centreStepOf(what);
        if (step !== undefined) centreHappenings.tell(step);
      },
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

function centreStepOf(what: Passing): CentreStep | undefined {
  switch (what) {
    case 'order-arrives':
      return 'order-pushed';
    case 'index-arrives':
      return 'index-sent';
    case 'report-sent':
      return 'report-arrives';
    case 'ack-arrives':
      return 'ack-sent';
    case 'order-noted':
    case 'ready-reported':
      return undefined;
  }
}
