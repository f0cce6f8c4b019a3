import { join } from 'node:path';
import { findFfmpeg } from './audio/ffmpeg.ts';
import { Journal, type JournalOptions } from './book/journal.ts';
import { Reserve } from './book/reserve.ts';
import { journalsSetAside, openOrSetAside } from './book/set-aside.ts';
import { choosePlace, type Place } from './card/place.ts';
import type { StationClock } from './clock/station-clock.ts';
import type { Configuration } from './configuration/schema.ts';
import { Cache } from './fetch/cache.ts';
import { recordingsOnCard } from './fetch/card-recordings.ts';
import { type Identity, readIdentity } from './link/identity.ts';
import type { Log } from './log.ts';
import { openStationKey, type StationKey } from './report/station-key.ts';
import { Trust } from './verify/trust.ts';

/** The cache's limit where it takes memory. */
const LIMIT_IN_MEMORY_MB = 64;

/** Nothing on this machine can decode a recording, so the agent does not start. */
export class NoDecoderError extends Error {
  override readonly name = 'NoDecoderError';
}

export interface State {
  readonly ffmpeg: string;
  readonly place: Place;
  readonly signer: StationKey;
  readonly trust: Trust;
  readonly cache: Cache;
  readonly journal: Journal;
  readonly reserve: Reserve;
  /** The name of the newest damaged journal that lies beside it. */
  readonly setAside: () => Promise<string | undefined>;
  readonly identity: Identity;
}

export interface StateOptions {
  readonly configuration: Configuration;
  readonly stationClock: StationClock;
  /** Name and version, for reports. */
  readonly software: string;
  readonly log: Log;
}

/**
 * Opens what outlives a start: key, cache, journal, and the centre's keys as far as they were known; from memory where
 * the card cannot be written [P-94]. Throws NoDecoderError, or what keeps one of them from opening. The caller closes
 * the journal.
 */
export async function openState({ configuration, stationClock, software, log }: StateOptions): Promise<State> {
  const { centre, station, state, cache, audio } = configuration;
  const ffmpeg = await findFfmpeg(audio.ffmpeg);
  if (ffmpeg === undefined) throw new NoDecoderError(audio.ffmpeg ?? 'ffmpeg');
  const signer = await openStationKey(state, station);
  const place = await choosePlace(state, log);
  const inMemory = place.unwritable !== undefined;
  const [trust, identity, opened, reserve] = await Promise.all([
    Trust.pin({ centre, root: configuration.trust.root, stationClock }),
    readIdentity(configuration),
    Cache.open(
      join(place.folder, 'cache'),
      (inMemory ? Math.min(LIMIT_IN_MEMORY_MB, cache.limitMB) : cache.limitMB) * 1_048_576,
      inMemory ? recordingsOnCard(join(state, 'cache')) : undefined,
    ),
    Reserve.open({ directory: place.folder, log }),
  ]);
  const directory = join(place.folder, 'journal');
  const options: JournalOptions = {
    directory,
    log,
    relieve: async () => {
      await opened.giveWay();
      await reserve.yield();
    },
    stamp: (draft, number) => ({
      ...draft,
      ...number,
      station,
      at: stationClock.instant(),
      clock: stationClock.trusted ? 'trusted' : 'untrusted',
      software,
    }),
  };
  const { opened: journal, setAside } = await openOrSetAside(directory, stationClock.instant(), () =>
    Journal.open(options),
  );
  if (setAside !== undefined) log('error', 'journal-set-aside', { setAside });
  const keys = journal.facts.get('keys');
  if (keys !== undefined) await trust.accept(Buffer.from(keys, 'latin1'));
  return {
    ffmpeg,
    place,
    signer,
    trust,
    cache: opened,
    journal,
    reserve,
    identity,
    setAside: async () => (await journalsSetAside(directory)).at(-1),
  };
}
