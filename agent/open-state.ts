import { join } from 'node:path';
import { findFfmpeg } from './audio/ffmpeg.ts';
import type { Journal, JournalOptions } from './book/journal.ts';
import { openOwnJournal } from './book/own-journal.ts';
import { Reserve } from './book/reserve.ts';
import { journalsSetAside, openOrSetAside } from './book/set-aside.ts';
import { isNoSpace } from './book/storage.ts';
import { choosePlace, type Place, placeInMemory } from './card/place.ts';
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
 * the card cannot be written, or is full and has nothing left to give up [P-94]. Throws NoDecoderError, or what keeps one
 * of them from opening. The caller closes the journal.
 */
export async function openState(options: StateOptions): Promise<State> {
  const { configuration, stationClock, log } = options;
  const { centre, station, state, audio } = configuration;
  const ffmpeg = await findFfmpeg(audio.ffmpeg);
  if (ffmpeg === undefined) throw new NoDecoderError(audio.ffmpeg ?? 'ffmpeg');
  const signer = await openStationKey(state, station);
  const [trust, identity, kept] = await Promise.all([
    Trust.pin({ centre, root: configuration.trust.root, stationClock }),
    readIdentity(configuration),
    choosePlace(state, log).then((place) => openKept(place, options)),
  ]);
  const keys = kept.journal.facts.get('keys');
  if (keys !== undefined) await trust.accept(Buffer.from(keys, 'latin1'));
  return { ffmpeg, signer, trust, identity, ...kept };
}

type Kept = Pick<State, 'place' | 'cache' | 'journal' | 'reserve' | 'setAside'>;

/** What is written in a place; where that has no room and can make none, in memory. */
async function openKept(place: Place, options: StateOptions): Promise<Kept> {
  const { configuration, log } = options;
  const { state } = configuration;
  const inMemory = place.unwritable !== undefined;
  const limitMB = inMemory ? Math.min(LIMIT_IN_MEMORY_MB, configuration.cache.limitMB) : configuration.cache.limitMB;
  let reserve: Reserve | undefined;
  try {
    reserve = await Reserve.open({ directory: place.folder, log });
    const onCard = inMemory ? recordingsOnCard(join(state, 'cache')) : undefined;
    const cache = await Cache.open(join(place.folder, 'cache'), limitMB * 1_048_576, onCard);
    return { place, cache, reserve, ...(await openJournal(place, cache, reserve, options)) };
  } catch (error) {
    await reserve?.close();
    if (inMemory || !isNoSpace(error)) throw error;
    return openKept(await placeInMemory(state, error, log), options);
  }
}

async function openJournal(
  { folder }: Place,
  cache: Cache,
  reserve: Reserve,
  { configuration, stationClock, software, log }: StateOptions,
): Promise<Pick<State, 'journal' | 'setAside'>> {
  const { station } = configuration;
  const directory = join(folder, 'journal');
  const relieve = async () => {
    await cache.giveWay();
    await reserve.yield();
  };
  const options: JournalOptions = {
    directory,
    log,
    relieve,
    stamp: (draft, number) => ({
      ...draft,
      ...number,
      station,
      at: stationClock.instant(),
      clock: stationClock.trusted ? 'trusted' : 'untrusted',
      software,
    }),
  };
  const open = () => openOrSetAside(directory, stationClock.instant(), () => openOwnJournal(options, configuration));
  const { opened: journal, setAside } = await open().catch(async (error: unknown) => {
    if (!isNoSpace(error)) throw error;
    log('error', 'journal-without-room', { error });
    await relieve();
    return open();
  });
  if (setAside !== undefined) log('error', 'journal-set-aside', { setAside });
  return { journal, setAside: async () => (await journalsSetAside(directory)).at(-1) };
}
