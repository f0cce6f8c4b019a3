import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AudioVariant } from '../../protocol/order.ts';
import { startLoudspeaker, type VirtualLoudspeaker } from '../../simulator/loudspeaker/loudspeaker.ts';
import type { Scope } from '../../simulator/process/scope.ts';
import { startVirtualStation, type VirtualStation } from '../../simulator/station/station.ts';
import { serve } from '../support/http.ts';
import { recordTone } from '../support/tone.ts';
import { ZONE } from './airing.ts';
import { Bare } from './bare.ts';
import { BenchCentre } from './centre.ts';
import { CENTRE } from './centre-name.ts';
import { openJournalFloor } from './journal-write.ts';
import { startAgentProcess } from './start.ts';

const SHORT_S = 0.2;
/** Longer than the head that a station keeps as PCM (3 s), so that its airing starts a decoder. */
const LONG_S = 8;

export interface Stage {
  readonly centre: BenchCentre;
  readonly bare: Bare;
  readonly journal: { write(): Promise<number> };
  /** Runs from the start to the end. */
  readonly steady: VirtualStation;
  /** Does not run; started and stopped again and again. */
  readonly restarted: VirtualStation;
  /** A sound card of its own for `ffmpeg | player`. */
  readonly loudspeaker: VirtualLoudspeaker;
  readonly short: AudioVariant;
  readonly long: AudioVariant;
  /** The file of `short`. */
  readonly file: string;
}

/** Builds everything that the rounds need; the scope closes it. */
export async function setStage(scope: Scope): Promise<Stage> {
  const folder = await mkdtemp(join(tmpdir(), 'loa-bench-'));
  scope.own(() => rm(folder, { recursive: true, force: true }));
  const [short, long] = [await recordTone(SHORT_S), await recordTone(LONG_S)];
  const file = join(folder, 'short.ogg');
  await writeFile(file, short.bytes);
  const media = await serve((request, response) => response.end((request.url === '/long' ? long : short).bytes));
  scope.own(() => media.close());
  const centre = await BenchCentre.start();
  scope.own(() => centre.close());
  const bare = await Bare.start(centre, join(folder, 'bare-line'));
  scope.own(() => bare.close());
  const journal = await openJournalFloor(join(folder, 'journal'));
  scope.own(() => journal.close());
  const loudspeaker = await startLoudspeaker({ directory: folder, runtime: folder, zones: [ZONE] });
  scope.own(() => loudspeaker.close());

  const station = async (id: string): Promise<VirtualStation> => {
    const made = await startVirtualStation({
      directory: join(folder, id),
      centre: CENTRE,
      root: centre.root,
      brokerUrl: centre.url,
      station: id,
      name: `Đài ${id}`,
      zones: [ZONE, 'thon-2', 'thon-3'].map((zone) => ({ id: zone, name: zone })),
      transport: 'pty',
      agent: 'none',
    });
    scope.own(() => made.close());
    return made;
  };
  const [steady, restarted] = [await station('steady'), await station('restarted')];
  await startAgentProcess(centre, steady);
  return {
    centre,
    bare,
    journal,
    steady,
    restarted,
    loudspeaker,
    short: short.variant(`${media.url}/short`),
    long: long.variant(`${media.url}/long`),
    file,
  };
}
