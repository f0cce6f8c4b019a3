import { randomBytes } from 'node:crypto';
import { filters } from '../protocol/topics.ts';
import { byLateness, stillOpen } from './book/late.ts';
import { resumeBook } from './book/resume.ts';
import { type Clock, systemClock } from './clock/clock.ts';
import { routine } from './clock/routine.ts';
import { StationClock } from './clock/station-clock.ts';
import { type Synchronisation, systemSynchronisation } from './clock/synchronisation.ts';
import { watchSystemClock } from './clock/watch.ts';
import type { Configuration } from './configuration/schema.ts';
import { controlAddress } from './control/address.ts';
import { describeHistory, describeStatus } from './control/describe.ts';
import { openControl } from './control/server.ts';
import { Planner } from './due/planner.ts';
import { Alarms } from './health/alarms.ts';
import { JournalAlarm } from './health/journal-alarm.ts';
import { measureHealth } from './health/measure.ts';
import { Link } from './link/link.ts';
import { Renewal } from './link/renewal.ts';
import { Voice } from './link/voice.ts';
import type { Log } from './log.ts';
import { openAiring } from './open-airing.ts';
import { openExchange } from './open-exchange.ts';
import { openState } from './open-state.ts';
import { CentreSettings } from './policy/centre-settings.ts';

import { Headway } from './service/headway.ts';
import { software } from './software.ts';

const HEALTH_MS = 60_000;
/** Also how long a jump of the clock may pass unseen by daily orders. */
const PLAN_MS = 60_000;
const RECONCILE_MS = 3 * 60_000;
const PRUNE_MS = 24 * 60 * 60_000;
/** Orders are remembered this long after they expired, against replays while the clock was wrong. */
const REMEMBER_MS = 30 * 24 * 60 * 60_000;

export interface AgentOptions {
  readonly configuration: Configuration;
  readonly log: Log;
  readonly clock?: Clock;
  readonly synchronisation?: Synchronisation;
}

export interface Agent {
  /** What of the story stands still, if anything does [P-115]. */
  standstill(): Promise<string | undefined>;
  /** Ends what is on air, opens every relay, says goodbye, closes the journal. */
  close(): Promise<void>;
}

/**
 * Starts the station's program and ties its parts together: takes up what its journal owes, connects, and goes on until
 * `close`. Throws NoDecoderError, or what keeps the journal, the key or the cache from opening.
 */
export async function startAgent({
  configuration,
  log,
  clock = systemClock,
  synchronisation = systemSynchronisation,
}: AgentOptions): Promise<Agent> {
  const { centre, station } = configuration;
  const boot = randomBytes(16).toString('hex');
  const version = software();
  const stationClock = new StationClock({ clock, log, synchronisation });
  const closing = new AbortController();
  const opening = openState({ configuration, stationClock, software: version, log });
  const [state] = await Promise.all([opening, stationClock.look()]);
  const { place, signer, cache, journal, reserve, setAside, identity, trust } = state;

  const voice = new Voice({ centre, station, boot, log, link: () => link });
  const sayHealth = async () => {
    const { state: stateDirectory } = configuration;
    const health = await measureHealth({ stateDirectory, journal, cache, hardware, link, stationClock });
    voice.health(health);
  };
  const sayBirth = () => {
    const facts = { configuration, hardware, software: version, key: signer.publicKey };
    voice.birth({ ...facts, version: centreSettings.standing?.version, keys: trust.version });
  };

  const alarms = new Alarms({
    centre,
    station,
    stationClock,
    log,
    publish: (message) => link.publish(message, { qos: 1, retain: true }),
  });
  const journalAlarm = new JournalAlarm({ journal, alarms, setAside, unwritable: place.unwritable });
  const centreSettings = new CentreSettings({
    centre,
    station,
    journal,
    log,
    isRevoked: (kid) => trust.isRevoked(kid),
  });
  const parts = { configuration, state, centreSettings, alarms, clock, stationClock, log };
  const airing = openAiring(parts);
  const { hardware, stage, preparation, attendance, localStop, localPreference } = airing;
  const planner = new Planner({
    journal,
    stationClock,
    onBooked: (booked) => attendance.apply({ booked, withdrawn: [] }),
  });
  const plan = () => {
    recalling.heard.then(() => planner.plan()).catch((error: unknown) => log('error', 'planning-failed', { error }));
  };
  const sayClock = () => {
    const { doubt } = stationClock;
    if (doubt === undefined) alarms.clear('clock');
    else alarms.raise('clock', 'warning', doubt);
  };

  const renewal = new Renewal({
    ...{ centre, station, publicKey: signer.publicKey, identity, path: configuration.link.certificate },
    ...{ trust, stationClock, alarms, log },
    ask: () => voice.pull({ certificate: true }),
  });
  const exchange = openExchange({
    ...parts,
    renewal,
    journalAlarm,
    voice,
    link: () => link,
    onBooking: (booking) => {
      attendance.apply(booking);
      plan();
    },
    beforeRevision: (order) => planner.beforeRevision(order),
    onConfiguration: sayBirth,
    stage,
    closing: closing.signal,
  });
  const { recalling } = exchange;
  const link: Link = new Link({
    url: configuration.link.url,
    clientId: station,
    tls: () => ({
      key: signer.pem,
      ...(renewal.certificate !== undefined && { cert: renewal.certificate }),
      ...(identity.authority !== undefined && { ca: identity.authority }),
    }),
    filters: filters.station(centre, station),
    clock,
    log,
    will: (connection) => voice.state('offline', connection),
    onUp: (connection) => {
      sayBirth();
      voice.online(connection);
      alarms.tellAll();
      void sayHealth().catch((error: unknown) => log('warn', 'health-failed', { error }));
      exchange.connected();
      renewal.look();
      log('info', 'online', { station, connection });
    },
    onDown: () => {
      exchange.disconnected();
      log('warn', 'offline', { station });
    },
    onMessage: (message) => exchange.inbox.take(message),
  });

  const described = {
    ...{ configuration, software: version, journal, journalAlarm, recalling },
    ...{ stationClock, stage, alarms, centreSettings, hardware, trust },
  };
  const control = await openControl({
    address: controlAddress(place.folder),
    log,
    status: () =>
      describeStatus({
        ...described,
        linkUp: link.up,
        centre: exchange.centre,
        preferred: localPreference.preferred,
      }),
    history: () => describeHistory(described),
    stop: (on) => localStop.set(on),
    prefer: (wanted) => localPreference.set(wanted),
  });
  stationClock.onChange(() => {
    sayClock();
    plan();
    exchange.askTime();
    renewal.look();
  });
  void watchSystemClock({ clock, stationClock, signal: closing.signal });
  reserve.onLook((lacking) => {
    if (lacking === undefined) alarms.clear('disk');
    else alarms.raise('disk', 'critical', lacking);
  });
  void reserve.look();
  await journalAlarm.look();
  airing.begin();
  await airing.policies.noteCutShort().catch((error: unknown) => log('warn', 'airtime-not-noted', { error }));
  const { late, others } = byLateness(await resumeBook(journal), stationClock);
  attendance.apply({ booked: others, withdrawn: [] });
  void recalling.heard.then(() => {
    if (!closing.signal.aborted) attendance.apply({ booked: stillOpen(journal, late), withdrawn: [] });
  });
  plan();
  link.open();
  const every = (everyMs: number, work: () => Promise<void>) =>
    void routine({ clock, log, everyMs, signal: closing.signal }, work);
  every(HEALTH_MS, async () => {
    sayClock();
    exchange.overload.look();
    exchange.forgeries.look();
    await journalAlarm.look();
    await reserve.look();
    await sayHealth();
  });
  every(RECONCILE_MS, async () => {
    exchange.askTime();
    await exchange.reconciliation.repeat();
  });
  every(PLAN_MS, () => planner.plan());
  every(PRUNE_MS, async () => {
    renewal.look();
    if (stationClock.trusted) await journal.prune(stationClock.now() - REMEMBER_MS);
  });

  const headway = new Headway({ journal, stage, preparation, hardware, link, stationClock, clock });
  return {
    standstill: () => headway.look(),
    async close() {
      closing.abort();
      await control.close();
      await attendance.close();
      exchange.disconnected();
      await link.close(voice.state('offline', link.connections));
      await exchange.inbox.close();
      await airing.close();
      await reserve.close();
      await journal.close();
      // What the centre has not heard of yet would be unknown, and might air again.
      if (journal.backlog === 0) await place.forget();
    },
  };
}
