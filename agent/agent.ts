import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { encodeBirth } from '../protocol/birth.ts';
import { encodeHealth } from '../protocol/health.ts';
import { encodePull } from '../protocol/pull.ts';
import { encodeState } from '../protocol/state.ts';
import { filters, topics } from '../protocol/topics.ts';
import { attend } from './attend.ts';
import { findFfmpeg } from './audio/ffmpeg.ts';
import { AlsaSink } from './audio/sinks/alsa.ts';
import type { Sink } from './audio/sinks/port.ts';
import { WavSink } from './audio/sinks/wav.ts';
import { type BookedAiring, type Booking, resumeBook } from './book/book.ts';
import { Journal } from './book/journal.ts';
import { type Clock, sleep, systemClock } from './clock/clock.ts';
import { StationClock } from './clock/station-clock.ts';
import type { Configuration } from './configuration/schema.ts';
import { Stage } from './due/stage.ts';
import { Cache } from './fetch/cache.ts';
import { Preparation } from './fetch/prepare.ts';
import { createHardware } from './hardware/open-hardware.ts';
import type { HardwareEvent } from './hardware/ports.ts';
import { Alarms } from './health/alarms.ts';
import { measureHealth } from './health/measure.ts';
import { birthOf } from './link/birth.ts';
import { Link, type Message } from './link/link.ts';
import type { Log } from './log.ts';
import { Forgeries } from './receive/forgeries.ts';
import { Receiver } from './receive/receive.ts';
import { Reconciliation } from './receive/reconcile.ts';
import { Delivery } from './report/deliver.ts';
import { openStationKey } from './report/station-key.ts';
import { software } from './software.ts';
import { Trust } from './verify/trust.ts';

const HEALTH_MS = 60_000;
const RECONCILE_MS = 3 * 60_000;
const PRUNE_MS = 24 * 60 * 60_000;
/** Orders are remembered this long after they expired, against replays while the clock was wrong. */
const REMEMBER_MS = 30 * 24 * 60 * 60_000;

export interface AgentOptions {
  readonly configuration: Configuration;
  readonly log: Log;
  readonly clock?: Clock;
}

export interface Agent {
  /** Ends what is on air, opens every relay, says goodbye, closes the journal. */
  close(): Promise<void>;
}

/** Nothing on this machine can decode a recording, so the agent does not start. */
export class NoDecoderError extends Error {
  override readonly name = 'NoDecoderError';
}

/**
 * Starts the station's program: opens its journal, takes up what it owes, and goes on until `close`. Throws
 * NoDecoderError, or what keeps the journal, the key or the cache from opening.
 */
export async function startAgent({ configuration, log, clock = systemClock }: AgentOptions): Promise<Agent> {
  const { centre, station, state } = configuration;
  const boot = randomBytes(16).toString('hex');
  const version = software();
  const stationClock = new StationClock(clock);
  await mkdir(state, { recursive: true, mode: 0o700 });
  const [ffmpeg, signer, trust, cache, journal] = await Promise.all([
    findFfmpeg(configuration.audio.ffmpeg),
    openStationKey(state, station),
    Trust.pin(centre, configuration.trust.root),
    Cache.open(join(state, 'cache'), configuration.cache.limitMB * 1_048_576),
    Journal.open({
      directory: join(state, 'journal'),
      log,
      stamp: (draft, number) => ({
        ...draft,
        ...number,
        station,
        at: stationClock.instant(),
        clock: stationClock.trusted ? 'trusted' : 'untrusted',
        software: version,
      }),
    }),
  ]);
  if (ffmpeg === undefined) {
    await journal.close();
    throw new NoDecoderError(configuration.audio.ffmpeg ?? 'ffmpeg');
  }
  const keys = journal.facts.get('keys');
  if (keys !== undefined) await trust.accept(Buffer.from(keys, 'latin1'));

  const closing = new AbortController();
  const attending = new Map<string, { readonly withdrawn: AbortController; readonly done: Promise<void> }>();
  const publish = (message: Message, qos: 0 | 1, retain = false) => {
    if (!link.up) return;
    link.publish(message, { qos, retain }).catch((error: unknown) => log('debug', 'publish-failed', { error }));
  };
  const alarms = new Alarms({
    centre,
    station,
    journal,
    stationClock,
    log,
    publish: (message) => publish(message, 1, true),
  });
  const hardware = createHardware({
    driver: configuration.hardware.driver,
    line: configuration.hardware.line,
    baud: configuration.hardware.baud,
    zones: configuration.zones.map(({ id, relay }) => ({ zone: id, ...(relay !== undefined && { relay }) })),
    log,
  });
  const sink = openSink(configuration, clock, log, alarms);
  const stage = new Stage();
  const preparation = new Preparation({ cache, ffmpeg, clock, languages: configuration.languages });
  const delivery: Delivery = new Delivery({
    journal,
    signer,
    clock,
    log,
    publish: (payload) => link.publish({ topic: topics.from(centre, station, 'report'), payload }, { qos: 1 }),
  });

  const take = (airing: BookedAiring) => {
    const withdrawn = new AbortController();
    const done = attend(airing, {
      journal,
      preparation,
      stage,
      clock,
      stationClock,
      log,
      air: {
        hardware,
        sink,
        ffmpeg,
        settleMs: configuration.amplifier.settleMs,
        onContradiction: (found) => alarms.raise('relay', 'critical', found.join(', ')),
      },
      closing: closing.signal,
      withdrawn: withdrawn.signal,
    })
      .catch((error: unknown) => log('error', 'airing-lost', { airing: airing.key, error }))
      .finally(() => attending.delete(airing.key));
    attending.set(airing.key, { withdrawn, done });
  };
  const onBooking = ({ booked, withdrawn }: Booking) => {
    for (const key of withdrawn) attending.get(key)?.withdrawn.abort();
    for (const airing of booked) take(airing);
  };
  const pull = (orders: readonly { id: string; rev: number }[], nonce?: string) =>
    publish(
      {
        topic: topics.from(centre, station, 'pull'),
        payload: encodePull({ orders: [...orders], ...(nonce !== undefined && { nonce }) }),
      },
      1,
    );
  const reconciliation = new Reconciliation({
    centre,
    station,
    journal,
    trust,
    stationClock,
    log,
    pull: (orders) => pull(orders),
    onBooking,
  });
  const receiver: Receiver = new Receiver({
    configuration,
    journal,
    trust,
    clock,
    stationClock,
    delivery,
    reconciliation,
    forgeries: new Forgeries({
      journal,
      clock,
      log,
      onForgery: (code) => alarms.raise('forged', 'warning', `a message was refused: ${code}`),
    }),
    log,
    onBooking,
    onHost: (online) => {
      if (!online) return delivery.pause();
      delivery.resume();
      if (!stationClock.trusted) pull([], receiver.askTime());
    },
  });
  const sayHealth = async () => {
    const health = await measureHealth({ stateDirectory: state, journal, cache, hardware, link, stationClock });
    publish({ topic: topics.from(centre, station, 'health'), payload: encodeHealth(health) }, 0);
  };
  const stateMessage = (condition: 'online' | 'offline', connection: number): Message => ({
    topic: topics.from(centre, station, 'state'),
    payload: encodeState({ state: condition, boot, connection }),
  });
  const link: Link = new Link({
    url: configuration.link.url,
    clientId: station,
    filters: filters.station(centre, station),
    clock,
    log,
    will: (connection) => stateMessage('offline', connection),
    onUp: (connection) => {
      const birth = birthOf({ configuration, hardware, boot, software: version, key: signer.publicKey });
      publish({ topic: topics.from(centre, station, 'birth'), payload: encodeBirth(birth) }, 1, true);
      publish(stateMessage('online', connection), 1, true);
      alarms.tellAll();
      void sayHealth();
      log('info', 'online', { station, connection });
    },
    onDown: () => {
      delivery.pause();
      log('warn', 'offline', { station });
    },
    onMessage: (message) => receiver.receive(message),
  });

  const stopListening = hardware.listen((event) => alarmOn(event, alarms));
  hardware.open();
  for (const airing of await resumeBook(journal)) take(airing);
  link.open();
  const routine = (ms: number, work: () => Promise<void>) => void every(clock, ms, closing.signal, log, work);
  routine(HEALTH_MS, sayHealth);
  routine(RECONCILE_MS, async () => {
    if (!link.up) return;
    if (!stationClock.trusted) pull([], receiver.askTime());
    await reconciliation.repeat();
  });
  routine(PRUNE_MS, async () => {
    if (stationClock.trusted) await journal.prune(stationClock.now() - REMEMBER_MS);
  });

  return {
    async close() {
      closing.abort();
      await Promise.all([...attending.values()].map(({ done }) => done));
      delivery.pause();
      await link.close(stateMessage('offline', link.connections));
      stopListening();
      await sink.close();
      await hardware.close();
      await journal.close();
    },
  };
}

function openSink({ audio }: Configuration, clock: Clock, log: Log, alarms: Alarms): Sink {
  if (audio.sink === 'wav') return new WavSink({ directory: audio.directory ?? '.', clock });
  return new AlsaSink({
    player: audio.player,
    device: audio.device,
    clock,
    log,
    onFault: (fault) =>
      fault === undefined ? alarms.clear('sound-card') : alarms.raise('sound-card', 'critical', fault),
  });
}

function alarmOn(event: HardwareEvent, alarms: Alarms): void {
  const standing = (name: 'over-temperature' | 'override' | 'tamper', on: boolean) =>
    on ? alarms.raise(name, 'warning', name) : alarms.clear(name);
  switch (event.type) {
    case 'up':
      alarms.clear('controller');
      alarms.clear('amplifier');
      return alarms.clear('relay');
    case 'down':
      return alarms.raise('controller', 'critical', event.refusal.message);
    case 'rebooted':
      return alarms.raise('controller', 'warning', `it restarted: ${event.cause}`);
    case 'lease-lost':
      return alarms.raise('controller', 'warning', 'its lease lapsed');
    case 'fault':
      return alarms.raise('amplifier', 'critical', event.detail);
    case 'over-temperature':
    case 'override':
    case 'tamper':
      return standing(event.type, event.on);
  }
}

/** Repeats work until the signal aborts; one run at a time, and a failed run does not end it. */
async function every(
  clock: Clock,
  ms: number,
  signal: AbortSignal,
  log: Log,
  work: () => Promise<void>,
): Promise<void> {
  for (;;) {
    await sleep(clock, ms, signal);
    if (signal.aborted) return;
    await work().catch((error: unknown) => log('warn', 'routine-failed', { error }));
  }
}
