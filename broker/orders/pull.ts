import { encodeCertificate } from '../../protocol/certificate.ts';
import type { SigningKey } from '../../protocol/envelope.ts';
import { decodePull } from '../../protocol/pull.ts';
import { encodeRecall } from '../../protocol/recall.ts';
import { encodeTime } from '../../protocol/time.ts';
import { topics } from '../../protocol/topics.ts';
import type { Bus } from '../bus/bus.ts';
import type { Database } from '../database/database.ts';
import { airingsAfter, knownOfJournal } from '../ledger/recall.ts';
import type { Log } from '../log.ts';
import type { Roster } from '../roster/roster.ts';
import { messagesFor } from './in-force.ts';

interface PullOptions {
  readonly centre: string;
  readonly database: Database;
  readonly roster: Roster;
  readonly bus: Bus;
  readonly signer: () => SigningKey;
  /** A later certificate of a station's, where it has one. */
  readonly renew: (station: string) => Promise<string | undefined>;
  readonly log: Log;
}

/**
 * Answers a station's pull: the time first, since orders may wait for it, then what the ledger
 * knows of its journal, then each order that is its own, emergencies
 * before the rest. Where it asks for an old revision it gets the latest; for a cancelled order, the cancellation.
 */
export async function answerPull(options: PullOptions, station: string, payload: Uint8Array): Promise<void> {
  const { centre, database, roster, bus, signer, renew, log } = options;
  const pull = decodePull(payload);
  if (!pull.ok) return log('warn', 'pull-refused', { station, error: pull.refusal });
  const { nonce, journal, orders } = pull.value;
  if (nonce !== undefined) {
    const time = await encodeTime({ centre, station, nonce, now: new Date().toISOString() }, signer());
    await bus.publish(topics.to(centre, station, 'time'), time, { qos: 1, retain: false });
  }
  if (journal !== undefined) {
    roster.journal(station, journal.epoch);
    const { epoch, nonce, after } = journal;
    const known = await knownOfJournal(database, station, epoch);
    const page = after === undefined ? { airings: [] } : await airingsAfter(database, station, { epoch, after });
    const now = new Date().toISOString();
    const recall = await encodeRecall({ centre, station, nonce, epoch, now, ...known, ...page }, signer());
    await bus.publish(topics.to(centre, station, 'command'), recall, { qos: 1, retain: false });
  }
  const certificate = pull.value.certificate && (await renew(station));
  if (certificate) {
    const renewed = await encodeCertificate({ centre, station, certificate }, signer());
    await bus.publish(topics.to(centre, station, 'command'), renewed, { qos: 1, retain: false });
  }
  if (orders.length === 0) return;
  const ids = [...new Set(orders.map((order) => order.id))];
  const messages = await messagesFor(database, station, ids);
  if (messages.length < ids.length) {
    log('warn', 'pull-of-unknown-orders', { station, asked: ids.length, found: messages.length });
  }
  for (const message of messages) {
    const bytes = new TextEncoder().encode(message);
    await bus.publish(topics.to(centre, station, 'order'), bytes, { qos: 1, retain: false });
  }
}
