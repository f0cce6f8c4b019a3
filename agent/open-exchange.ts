import type { Order } from '../protocol/order.ts';
import { topics } from '../protocol/topics.ts';
import type { Booking } from './book/booking.ts';
import type { Clock } from './clock/clock.ts';
import type { StationClock } from './clock/station-clock.ts';
import type { Configuration } from './configuration/schema.ts';
import type { Stage } from './due/stage.ts';
import type { Alarms } from './health/alarms.ts';
import type { JournalAlarm } from './health/journal-alarm.ts';
import type { Link } from './link/link.ts';
import type { Renewal } from './link/renewal.ts';
import type { Voice } from './link/voice.ts';
import type { Log } from './log.ts';
import type { State } from './open-state.ts';
import type { CentreSettings } from './policy/centre-settings.ts';
import { Forgeries } from './receive/forgeries.ts';
import { Inbox } from './receive/inbox.ts';
import { Overload } from './receive/overload.ts';
import { Recalling } from './receive/recall.ts';
import { Receiver } from './receive/receive.ts';
import { Reconciliation } from './receive/reconcile.ts';
import { Revocation } from './receive/revocation.ts';
import { Delivery } from './report/deliver.ts';

export interface ExchangeOptions {
  readonly configuration: Configuration;
  readonly state: Pick<State, 'journal' | 'trust' | 'signer'>;
  readonly centreSettings: CentreSettings;
  readonly alarms: Alarms;
  readonly journalAlarm: JournalAlarm;
  readonly clock: Clock;
  readonly stationClock: StationClock;
  readonly log: Log;
  readonly voice: Voice;
  /** Read when it is needed: the link itself needs to know whom to hand its messages to. */
  readonly link: () => Link;
  readonly onBooking: (booking: Booking) => void;
  readonly beforeRevision: (order: Order) => Promise<void>;
  /** What the birth names has changed: the centre's configuration, or the manifest of keys. */
  readonly onConfiguration: () => void;
  readonly stage: Stage;
  readonly renewal: Renewal;
  readonly closing: AbortSignal;
}

/** What the station and its centre say to each other: orders and answers in, reports and questions out. */
export interface Exchange {
  readonly inbox: Inbox;
  readonly recalling: Recalling;
  readonly reconciliation: Reconciliation;
  readonly overload: Overload;
  readonly forgeries: Forgeries;
  /** Whether anybody listens behind the broker; only known while the link is up. */
  readonly centre: 'online' | 'offline' | 'unknown';
  /** Asks for the time, unless it is known. */
  askTime(): void;
  connected(): void;
  disconnected(): void;
}

/** Makes the parts of the exchange; nothing is sent before the link is up. */
export function openExchange(options: ExchangeOptions): Exchange {
  const { configuration, state, centreSettings, alarms, journalAlarm, clock, stationClock, log } = options;
  const { voice, link, onBooking, stage, renewal, closing } = options;
  const { centre, station } = configuration;
  const { journal, trust, signer } = state;
  let host: Exchange['centre'] = 'unknown';
  const askTime = () => {
    if (link().up && stationClock.asks) voice.pull({ nonce: receiver.askTime() });
  };
  const delivery: Delivery = new Delivery({
    journal,
    signer,
    clock,
    log,
    publish: (payload) => link().publish({ topic: topics.from(centre, station, 'report'), payload }, { qos: 1 }),
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
    onDoubt: () => delivery.pause(),
    onSettled: async () => {
      await receiver.takeEarly();
      await reconciliation.repeat();
    },
    onBooking,
    closing,
    onSilence: (silent) => journalAlarm.unanswered(silent),
  });
  const revocation = new Revocation({ journal, trust, stage, stationClock, log, onBooking });
  const reconciliation: Reconciliation = new Reconciliation({
    centre,
    station,
    journal,
    trust,
    revocation,
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
  const forgeries = new Forgeries({
    journal,
    clock,
    log,
    onForgery: (code) => alarms.raise('forged', 'warning', `a message was refused: ${code}`),
    onQuiet: () => alarms.clear('forged'),
  });
  /** Nobody listens. */
  const silence = () => {
    delivery.pause();
    recalling.pause();
  };
  const receiver: Receiver = new Receiver({
    configuration,
    journal,
    trust,
    revocation,
    clock,
    stationClock,
    delivery,
    reconciliation,
    renewal,
    recalling,
    forgeries,
    overload,
    centreSettings,
    log,
    onBooking,
    beforeRevision: options.beforeRevision,
    onTimeInDoubt: askTime,
    onConfiguration: options.onConfiguration,
    onHost: (online) => {
      host = online ? 'online' : 'offline';
      if (!online) return silence();
      if (recalling.answered) delivery.resume();
      recalling.begin();
      askTime();
    },
  });
  /** Something that came could not be written down. */
  let passedOver = false;
  const lookAgain = () => {
    passedOver = false;
    reconciliation.repeat().catch((error: unknown) => log('error', 'journal-write-failed', { error }));
  };
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
  journal.onFailure((failure) => {
    if (failure === undefined && passedOver) lookAgain();
  });
  return {
    ...{ inbox, recalling, reconciliation, overload, forgeries, askTime },
    get centre() {
      return link().up ? host : 'unknown';
    },
    connected: () => receiver.connected(),
    disconnected() {
      silence();
      receiver.disconnected();
    },
  };
}
