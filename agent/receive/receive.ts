import { decodeAck } from '../../protocol/ack.ts';
import { type Cancel, decodeCancel } from '../../protocol/cancel.ts';
import { peekType } from '../../protocol/envelope.ts';
import { decodeHost } from '../../protocol/host.ts';
import type { Order } from '../../protocol/order.ts';
import { accepted, type Decoded, refused } from '../../protocol/refusal.ts';
import { parseTopic, type Topic } from '../../protocol/topics.ts';
import { bookCancel, bookOrder, declineOrder } from '../book/book.ts';
import type { Booking } from '../book/booking.ts';
import type { Journal } from '../book/journal.ts';
import type { Clock } from '../clock/clock.ts';
import type { StationClock } from '../clock/station-clock.ts';
import type { Configuration } from '../configuration/schema.ts';
import type { Message } from '../link/link.ts';
import type { Renewal } from '../link/renewal.ts';
import type { Log } from '../log.ts';
import type { CentreSettings } from '../policy/centre-settings.ts';
import type { Delivery } from '../report/deliver.ts';
import type { Trust } from '../verify/trust.ts';
import { DeclinedOrder, digest, verifyOrder } from '../verify/verify-order.ts';
import { Early } from './early.ts';
import type { Forgeries } from './forgeries.ts';
import { certainlyPast } from './index-seen.ts';
import type { Act } from './lane.ts';
import type { Overload } from './overload.ts';
import type { Recalling } from './recall.ts';
import type { Reconciliation } from './reconcile.ts';
import type { Revocation } from './revocation.ts';
import { TimeQuestion } from './time-question.ts';

export interface ReceiveOptions {
  readonly configuration: Configuration;
  readonly journal: Journal;
  readonly trust: Trust;
  readonly revocation: Revocation;
  readonly clock: Clock;
  readonly stationClock: StationClock;
  readonly delivery: Delivery;
  readonly reconciliation: Reconciliation;
  readonly recalling: Recalling;
  readonly renewal: Pick<Renewal, 'take'>;
  readonly forgeries: Forgeries;
  readonly overload: Overload;
  readonly centreSettings: CentreSettings;
  readonly log: Log;
  readonly onBooking: (booking: Booking) => void;
  /** What an earlier revision owes is settled, before another one is booked or declined. */
  readonly beforeRevision: (order: Order) => Promise<void>;
  readonly onHost: (online: boolean) => void;
  /** The centre's answer must be confirmed by another one. */
  readonly onTimeInDoubt: () => void;
  /** Another configuration of the centre, or another manifest of keys, counts from now on. */
  readonly onConfiguration: () => void;
}

/** Everything that comes down to a station, by topic. An order that was pushed and one that was pulled meet here. */
export class Receiver {
  readonly #options: ReceiveOptions;
  readonly #early: Early;
  readonly #timeQuestion: TimeQuestion;

  constructor(options: ReceiveOptions) {
    this.#options = options;
    this.#early = new Early(options);
    this.#timeQuestion = new TimeQuestion(options);
  }

  connected(): void {
    this.#early.connected();
  }

  disconnected(): void {
    this.#early.disconnected();
  }

  /** The nonce of a new question to the centre about the time [P-33]. */
  askTime(): string {
    return this.#timeQuestion.ask();
  }

  /** The keys are here, or the journal is in order: what was pushed meanwhile is taken. Rejects when the journal cannot be written. */
  takeEarly(): Promise<void> {
    return this.#early.take();
  }

  /**
   * Reads one message of unknown origin; an order is verified here, so that many are side by side. What is returned acts
   * on it and rejects only when the journal cannot be written.
   */
  async read({ topic, payload }: Message): Promise<Act> {
    const { configuration } = this.#options;
    const parsed = parseTopic(configuration.centre, topic);
    if (parsed === undefined || !('to' in parsed) || payload.byteLength === 0) return async () => {};
    if (parsed.channel === 'order') {
      return peekType(payload) === 'loa-cancel' ? this.#cancel(payload) : this.#order(payload);
    }
    return () => this.#act(topic, parsed, payload);
  }

  async #act(topic: string, parsed: Extract<Topic, { to: unknown }>, payload: Uint8Array): Promise<void> {
    switch (parsed.channel) {
      case 'host':
        return this.#host(payload);
      case 'keys':
        return this.#keys(payload);
      case 'index':
        // It is looked at again when the keys are here, and every few minutes.
        return this.#options.reconciliation.take(parsed.to, payload);
      case 'ack':
        return this.#ack(payload);
      case 'time':
        return this.#timeQuestion.answer(payload);
      case 'command':
        return this.#command(payload);
      default:
        this.#options.log('debug', 'topic-ignored', { topic });
    }
  }

  async #command(payload: Uint8Array): Promise<void> {
    const { recalling, renewal } = this.#options;
    switch (peekType(payload)) {
      case 'loa-recall':
        return recalling.take(payload);
      case 'loa-certificate':
        return renewal.take(payload);
      default:
        return this.#configuration(payload);
    }
  }

  async #order(token: Uint8Array): Promise<Act> {
    const { configuration, trust, stationClock, journal, forgeries, overload, revocation, log, onBooking } =
      this.#options;
    const since = ({ issuedAt }: Order) => stationClock.instantSince(issuedAt);
    // Nothing can be said of it yet; the index lists it again when the keys are here.
    if (!this.#early.keysAreCurrent) return async () => this.#early.wait(async () => (await this.#order(token))());
    if (!trust.established) return async () => {};
    const verified = await verifyOrder(token, {
      ...configuration,
      lookup: trust.lookup,
      now: stationClock.now(),
      clockTrusted: stationClock.trusted,
      certainlyPast: certainlyPast(journal, trust),
    });
    if (verified.ok) {
      return this.#unlessEarly(verified.value.order, async () => {
        // As its turn comes: what is before it may have been booked a moment ago.
        if (revocation.isInQuestion(verified.value.order)) return revocation.vouch(verified.value);
        await this.#options.beforeRevision(verified.value.order);
        const booking = await bookOrder(journal, verified.value);
        if (booking.refusal === undefined) onBooking(booking);
        else await overload.refuse(verified.value.order, booking.refusal, since(verified.value.order));
      });
    }
    const { refusal } = verified;
    if (!(refusal instanceof DeclinedOrder)) return () => forgeries.refuse(digest(token), refusal);
    return this.#unlessEarly(refusal.order, async () => {
      log('warn', 'order-declined', { order: refusal.order.id, code: refusal.code });
      await this.#options.beforeRevision(refusal.order);
      onBooking(await declineOrder(journal, refusal.order, refusal, since(refusal.order)));
    });
  }

  /**
   * [P-72] Before the journal is in order only an emergency is taken. The others wait for that, the first of them here;
   * the index brings the rest again.
   */
  #unlessEarly({ id, priority }: Order, act: Act): Act {
    const { recalling, log } = this.#options;
    return async () => {
      if (priority === 'emergency' || recalling.settled) return act();
      log('info', 'order-left-for-later', { order: id });
      this.#early.wait(act);
    };
  }

  async #cancel(token: Uint8Array): Promise<Act> {
    const { trust, configuration, journal, stationClock, forgeries, onBooking } = this.#options;
    const decoded = await decodeCancel(token, trust.lookup);
    const cancel = decoded.ok ? ofCentre(decoded.value.value, configuration.centre) : decoded;
    if (!cancel.ok) return () => forgeries.refuse(digest(token), cancel.refusal);
    return async () => {
      const at = stationClock.instantSince(cancel.value.issuedAt);
      onBooking(await bookCancel(journal, cancel.value, at));
    };
  }

  async #ack(payload: Uint8Array): Promise<void> {
    const { trust, configuration, delivery, log } = this.#options;
    const decoded = await decodeAck(payload, trust.lookup);
    if (!decoded.ok) {
      log('warn', 'message-refused', { kind: 'ack', code: decoded.refusal.code });
      return;
    }
    const ack = decoded.value.value;
    if (ack.station !== configuration.station || ack.centre !== configuration.centre) return;
    await delivery.acknowledged(ack.epoch, ack.seq);
  }

  async #keys(payload: Uint8Array): Promise<void> {
    const { trust, journal, revocation, reconciliation, log, onConfiguration } = this.#options;
    const before = trust.version;
    const manifest = await trust.accept(payload);
    if (!manifest.ok) {
      log('warn', 'keys-refused', { code: manifest.refusal.code });
      return;
    }
    this.#early.manifestCame();
    revocation.look();
    if (trust.version !== before) onConfiguration();
    await journal.commit(() => {
      const token = Buffer.from(trust.signed ?? []).toString('latin1');
      return journal.facts.get('keys') === token ? undefined : { insist: true, facts: { keys: token } };
    });
    // Orders that came before the keys could not be verified: some wait, the index brings the others again.
    await this.#early.take();
    await reconciliation.repeat();
  }

  /** [P-75] A refused one leaves what stands. */
  async #configuration(token: Uint8Array): Promise<void> {
    const { trust, centreSettings, forgeries, onConfiguration } = this.#options;
    // Nothing can be said of it yet; the centre sends it again, for the birth names another version.
    if (!trust.established) return;
    const taken = await centreSettings.take(token, trust.lookup);
    if (!taken.ok) return forgeries.refuse(digest(token), taken.refusal);
    if (taken.value) onConfiguration();
  }

  #host(payload: Uint8Array): void {
    const host = decodeHost(payload);
    if (host.ok) this.#options.onHost(host.value.state === 'online');
  }
}

function ofCentre(cancel: Cancel, centre: string): Decoded<Cancel> {
  return cancel.centre === centre ? accepted(cancel) : refused('wrong-centre', cancel.centre);
}
