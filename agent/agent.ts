import { randomBytes } from 'node:crypto';
import { filters, topics } from '../protocol/topics.ts';
import { Attendance } from './attendance.ts';
import { openSink } from './audio/sinks/open-sink.ts';
import { type Booking, resumeBook } from './book/book.ts';
import { byLateness, stillOpen } from './book/late.ts';
import { type Clock, systemClock } from './clock/clock.ts';
import { routine } from './clock/routine.ts';
import { StationClock } from './clock/station-clock.ts';
import { type Synchronisation, systemSynchronisation } from './clock/synchronisation.ts';
import { Ticks } from './clock/ticks.ts';
import { watchSystemClock } from './clock/watch.ts';
import type { Configuration } from './configuration/schema.ts';
import { controlAddress } from './control/address.ts';
import { describeHistory, describeStatus } from './control/describe.ts';
import { openControl } from './control/server.ts';
import { Planner } from './due/planner.ts';
import { Stage } from './due/stage.ts';
import { COARSE_MS } from './due/when-due.ts';
import { Preparation } from './fetch/prepare.ts';
import { createHardware } from './hardware/open-hardware.ts';
import { alarmOnEvent } from './health/alarm-on-event.ts';
import { Alarms } from './health/alarms.ts';
import { JournalAlarm } from './health/journal-alarm.ts';
import { measureHealth } from './health/measure.ts';
import { Link } from './link/link.ts';
import { Voice } from './link/voice.ts';
import type { Log } from './log.ts';
import { openState } from './open-state.ts';
import { CentreSettings } from './policy/centre-settings.ts';
import { LocalPreference } from './policy/local-preference.ts';
import { LocalStop } from './policy/local-stop.ts';
import { Policies } from './policy/policies.ts';
import { Forgeries } from './receive/forgeries.ts';
import { Inbox } from './receive/inbox.ts';
import { Overload } from './receive/overload.ts';
import { Recalling } from './receive/recall.ts';
import { Receiver } from './receive/receive.ts';
import { Reconciliation } from './receive/reconcile.ts';
import { Delivery } from './report/deliver.ts';
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
  const { ffmpeg, place, signer, trust, cache, journal, reserve, setAside, identity } = state;

  const voice = new Voice({ centre, station, boot, log, link: () => link });
  const askTime = () => {
    if (link.up && stationClock.asks) voice.pull({ nonce: receiver.askTime() });
  };
  const sayHealth = async () => {
    const { state: stateDirectory } = configuration;
    const health = await measureHealth({ stateDirectory, journal, cache, hardware, link, stationClock });
    voice.health(health);
  };
  const sayBirth = () => {
    const facts = { configuration, hardware, software: version, key: signer.publicKey };
    voice.birth({ ...facts, version: centreSettings.standing?.version });
  };

  const alarms = new Alarms({
    centre,
    station,
    journal,
    stationClock,
    log,
    publish: (message) => voice.publish(message, 1, true),
  });
  const journalAlarm = new JournalAlarm({ journal, alarms, setAside, unwritable: place.unwritable });
  const hardware = createHardware({
    ...configuration.hardware,
    zones: configuration.zones.map(({ id, relay }) => ({ zone: id, ...(relay !== undefined && { relay }) })),
    log,
  });
  const sink = openSink({ audio: configuration.audio, clock, log, alarms });
  const stage = new Stage();
  const centreSettings = new CentreSettings({ centre, station, journal, log });
  const attendance = new Attendance({
    journal,
    preparation: new Preparation({
      cache,
      ffmpeg,
      clock,
      languages: configuration.languages,
      authority: identity.authority,
    }),
    stage,
    policies: new Policies({
      journal,
      own: configuration.policy,
      centre: centreSettings,
      zones: configuration.zones,
    }),
    clock,
    stationClock,
    ticks: new Ticks(clock, COARSE_MS),
    log,
    air: {
      hardware,
      sink,
      ffmpeg,
      settleMs: configuration.amplifier.settleMs,
    },
  });
  const localStop = new LocalStop({ journal, stage, alarms });
  const localPreference = new LocalPreference({ journal, stage });
  const stopListening = hardware.listen((event) => {
    alarmOnEvent(event, alarms);
    if (event.type === 'override') localStop.override(event.on);
  });
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
  const onBooking = (booking: Booking) => {
    attendance.apply(booking);
    plan();
  };

  const delivery: Delivery = new Delivery({
    journal,
    signer,
    clock,
    log,
    publish: (payload) => link.publish({ topic: topics.from(centre, station, 'report'), payload }, { qos: 1 }),
  });
  const recalling: Recalling = new Recalling({
    centre,
    station,
    journal,
    trust,
    clock,
    log,
    ask: (journal) => voice.pull({ journal }),
    onAnswered: () => delivery.resume(),
    onSettled: async () => {
      await receiver.takeEarly();
      await reconciliation.repeat();
    },
    onBooking,
    closing: closing.signal,
    onSilence: (silent) => journalAlarm.unanswered(silent),
  });
  const reconciliation: Reconciliation = new Reconciliation({
    centre,
    station,
    journal,
    trust,
    stationClock,
    log,
    pull: (orders) => voice.pull({ orders: [...orders] }),
    onBooking,
    mayPull: () => recalling.settled,
  });
  const overload = new Overload({
    journal,
    clock,
    log,
    onChange: (refusing) => {
      if (refusing) alarms.raise('overload', 'warning', 'too many airings are open: orders are refused');
      else alarms.clear('overload');
    },
  });
  const receiver: Receiver = new Receiver({
    configuration,
    journal,
    trust,
    clock,
    stationClock,
    delivery,
    reconciliation,
    recalling,
    forgeries: new Forgeries({
      journal,
      clock,
      log,
      onForgery: (code) => alarms.raise('forged', 'warning', `a message was refused: ${code}`),
    }),
    overload,
    centreSettings,
    log,
    onBooking,
    onTimeInDoubt: askTime,
    onConfiguration: () => sayBirth(),
    onHost: (online) => {
      centreState = online ? 'online' : 'offline';
      if (!online) return silence();
      if (recalling.answered) delivery.resume();
      recalling.begin();
      askTime();
    },
  });
  const inbox = new Inbox({
    centre,
    read: (message) => receiver.read(message),
    onRoomAgain: () => {
      log('warn', 'orders-passed-over', {});
      lookAgain();
    },
    onUnwritten: (error) => {
      log('error', 'message-not-handled', { error });
      passedOver = true;
    },
  });
  /** Something that came could not be written down. */
  let passedOver = false;
  const lookAgain = () => {
    passedOver = false;
    reconciliation.repeat().catch((error: unknown) => log('error', 'journal-write-failed', { error }));
  };
  journal.onFailure((failure) => {
    if (failure === undefined && passedOver) lookAgain();
  });
  /** Nobody listens. */
  const silence = () => {
    delivery.pause();
    recalling.pause();
  };
  const link: Link = new Link({
    url: configuration.link.url,
    clientId: station,
    tls: {
      key: signer.pem,
      ...(identity.certificate !== undefined && { cert: identity.certificate }),
      ...(identity.authority !== undefined && { ca: identity.authority }),
    },
    filters: filters.station(centre, station),
    clock,
    log,
    will: (connection) => voice.state('offline', connection),
    onUp: (connection) => {
      sayBirth();
      voice.online(connection);
      alarms.tellAll();
      void sayHealth().catch((error: unknown) => log('warn', 'health-failed', { error }));
      receiver.connected();
      log('info', 'online', { station, connection });
    },
    onDown: () => {
      silence();
      receiver.disconnected();
      log('warn', 'offline', { station });
    },
    onMessage: (message) => inbox.take(message),
  });

  let centreState: 'online' | 'offline' | 'unknown' = 'unknown';
  const described = {
    ...{ configuration, software: version, journal, journalAlarm, recalling },
    ...{ stationClock, stage, alarms, centreSettings },
  };
  const control = await openControl({
    address: controlAddress(place.folder),
    log,
    status: () =>
      describeStatus({
        ...described,
        linkUp: link.up,
        centre: link.up ? centreState : 'unknown',
        preferred: localPreference.preferred,
      }),
    history: () => describeHistory(described),
    stop: (on) => localStop.set(on),
    prefer: (wanted) => localPreference.set(wanted),
  });
  stationClock.onChange(() => {
    sayClock();
    plan();
    askTime();
  });
  void watchSystemClock({ clock, stationClock, signal: closing.signal });
  reserve.onLook((lacking) => {
    if (lacking === undefined) alarms.clear('disk');
    else alarms.raise('disk', 'critical', lacking);
  });
  void reserve.look();
  await journalAlarm.look();
  localStop.begin();
  localPreference.begin();
  hardware.open();
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
    overload.look();
    await journalAlarm.look();
    await reserve.look();
    await sayHealth();
  });
  every(RECONCILE_MS, async () => {
    askTime();
    await reconciliation.repeat();
  });
  every(PLAN_MS, () => planner.plan());
  every(PRUNE_MS, async () => {
    if (stationClock.trusted) await journal.prune(stationClock.now() - REMEMBER_MS);
  });

  return {
    async close() {
      closing.abort();
      await control.close();
      await attendance.close();
      silence();
      receiver.disconnected();
      await link.close(voice.state('offline', link.connections));
      await inbox.close();
      stopListening();
      await sink.close();
      await hardware.close();
      await reserve.close();
      await journal.close();
      // What the centre has not heard of yet would be unknown, and might air again.
      if (journal.backlog === 0) await place.forget();
    },
  };
}
