import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { encodeHost, type Host } from '../protocol/host.ts';
import { refused } from '../protocol/refusal.ts';
import { filters, topics } from '../protocol/topics.ts';
import { startHttpServer } from './api/server.ts';
import { reachable } from './authority/reachable.ts';
import { ServerIdentity } from './authority/server-identity.ts';
import { Background } from './background.ts';
import { openBus } from './bus/open-bus.ts';
import { lockData } from './data-lock.ts';
import { openDatabase } from './database/open.ts';
import { Enrolment } from './enrolment/enrolment.ts';
import { Inbound } from './inbound.ts';
import { KeyStoreError } from './keys/errors.ts';
import { loadAuthority, loadKeys, readApiToken } from './keys/key-store.ts';
import { Keyring } from './keys/keyring.ts';
import { keyPaths } from './keys/paths.ts';
import { Acknowledger } from './ledger/acknowledge.ts';
import { takeReport } from './ledger/intake.ts';
import { Ledger } from './ledger/ledger.ts';
import type { Log } from './log.ts';
import { MediaStore } from './media/store.ts';
import { Opened } from './opened.ts';
import { type Entered, OrderBook } from './orders/book.ts';
import { joinGroups } from './orders/in-force.ts';
import { IndexPublisher } from './orders/index-publisher.ts';
import { takeRequest } from './orders/intake.ts';
import { answerPull } from './orders/pull.ts';
import { push } from './orders/push.ts';
import { Receipts } from './orders/receipts.ts';
import { ReportFeed } from './orders/report-feed.ts';
import { Policies } from './policies/policies.ts';
import { Roster } from './roster/roster.ts';

export interface CentreOptions {
  /** The data folder, with the keys that `initKeys` made. */
  readonly data: string;
  readonly host: string;
  /** Port of the embedded broker; 0 for any free one. */
  readonly mqttPort: number;
  readonly httpPort: number;
  /** `mqtt://…` of an external broker in place of the embedded one. */
  readonly broker?: string | undefined;
  /** `postgres://…` in place of the embedded database. */
  readonly database?: string | undefined;
  /** Where stations fetch recordings, when that is not the HTTP server's own address. */
  readonly mediaUrl?: string | undefined;
  /** Plain MQTT and HTTP, without certificates: for a closed bench, never for a network. */
  readonly plain?: boolean | undefined;
  /** Host names and addresses under which stations reach this centre, besides those that the machine knows. */
  readonly names?: readonly string[] | undefined;
  readonly log: Log;
  /** How often everything that the broker retains is said again, in milliseconds (10 minutes). */
  readonly repeatMs?: number | undefined;
}

const REPEAT_MS = 10 * 60_000;

export interface Centre {
  readonly centre: string;
  /** The root public key that stations pin, in base64url. */
  readonly root: string;
  readonly mqttUrl: string;
  readonly httpUrl: string;
  /** Says goodbye, finishes what is on its way, and lets go of everything. */
  close(): Promise<void>;
}

/** Starts a whole centre. Throws KeyStoreError without keys, DataInUseError on a folder that is in use. */
export async function startCentre(options: CentreOptions): Promise<Centre> {
  const opened = new Opened();
  try {
    return await compose(options, opened);
  } catch (error) {
    await opened.close(options.log);
    throw error;
  }
}

async function compose(options: CentreOptions, opened: Opened): Promise<Centre> {
  const { data, log } = options;
  const keys = await loadKeys(data);
  const token = await readApiToken(data);
  if (token === undefined) throw new KeyStoreError('no-token', keyPaths(data).token);
  const { centre, root } = keys;
  opened.add(await lockData(data));

  const database = await openDatabase({ directory: join(data, 'database'), url: options.database, centre, log });
  opened.add(() => database.close());
  const keyring: Keyring = await Keyring.open(
    {
      ...{ data, database, log },
      publish: (manifest) => bus.publish(topics.all(centre, 'keys'), manifest, { qos: 1, retain: true }),
      list: () => indexes.publishMany([undefined, ...roster.all().map(({ station }) => station)]),
    },
    keys,
  );
  opened.add(() => keyring.close());
  const signer = () => keyring.signer();
  const roster = await Roster.load({ database, log, retained: options.broker !== undefined });
  opened.add(() => roster.close());
  const media = new MediaStore(join(data, 'media'));
  await mkdir(media.directory, { recursive: true });
  const background = new Background(log);
  const feed = new ReportFeed();
  const stopping = new AbortController();

  const authority = await loadAuthority(data);
  const { names = [] } = options;
  const identity = options.plain ? undefined : await ServerIdentity.issue(authority, names);
  opened.add(() => identity?.close());
  if (identity === undefined)
    log('warn', 'plain-connections', { risk: 'anybody on the network can pose as a station' });
  const enrolment: Enrolment = await Enrolment.load({
    centre,
    root,
    authority,
    database,
    url: () => reachable(bus.url, names),
    pinKey: (station, key) => roster.pinKey(station, key),
    cut: (serials) => bus.cut(serials),
    log,
  });
  const renew = (station: string) => enrolment.renew(station);
  const bus = await openBus({
    ...{ centre, host: options.host, port: options.mqttPort, broker: options.broker, authority, identity, log },
    isRevoked: (serial) => enrolment.isRevoked(serial),
    isStation: (id) => roster.get(id) !== undefined,
  });
  opened.add(() => bus.close());
  opened.add(() => background.settled());
  const indexes = new IndexPublisher({ centre, database, bus, signer, background });
  opened.add(() => indexes.close());
  const receipts = new Receipts({ centre, bus, database, background });
  const acknowledger = new Acknowledger({ centre, bus, signer, background });
  const ledger = new Ledger({
    database,
    log,
    acknowledge: (heads) => acknowledger.acknowledge(heads),
    stored: (fresh) => {
      const orders = new Set(fresh.flatMap(({ report }) => report?.order?.id ?? []));
      feed.announce(orders);
      receipts.progress(orders);
    },
    reused: ({ station, epoch, seq }) =>
      roster.suspect(station, 'number-reused', `report ${seq} of journal ${epoch} came again with another content`),
  });
  opened.add(() => ledger.close());
  const policies = await Policies.load({ centre, database, roster, bus, signer, background, log });
  const book = new OrderBook({ centre, database, roster, signer });

  /** Pushes what has just entered the book; a repeated request finds everything done. */
  const pushed = <T extends { ok: boolean; value?: Entered }>(result: T): T => {
    if (result.ok && result.value?.fresh) background.run('push', push({ centre, bus, indexes }, result.value));
    return result;
  };

  const inbound = new Inbound({
    centre,
    roster,
    log,
    // Our own broker has cut it off; what comes after that is the will that says so.
    isRevoked: (station) => options.broker !== undefined && enrolment.isRevokedStation(station),
    report: (station, payload) => takeReport({ roster, ledger, log }, station, payload),
    pull: async (station, payload) => {
      await keyring.settled;
      await answerPull({ centre, database, roster, bus, signer, renew, log }, station, payload);
    },
    request: async (client, payload) => {
      const result = pushed(await takeRequest({ book, keyring }, client, payload));
      log('info', result.ok ? 'order-taken' : 'order-refused', {
        client,
        ...(result.ok ? { id: result.value.id, rev: result.value.rev } : { error: result.refusal }),
      });
      receipts.answer(client, payload, result);
    },
    tooMany: (client, payload) => receipts.answer(client, payload, refused('busy', 'too many requests waiting')),
    heard: async (station) => {
      await policies.heard(station);
      // What it has booked may be in question there; an index that lists nothing says so too [P-102].
      if ((roster.get(station)?.birth?.keys ?? 0) < keyring.manifest.version) await indexes.publish(station);
    },
    regrouped: async (station, groups) => {
      if ((await joinGroups(database, station, groups)) > 0) await indexes.publish(station);
    },
  });
  opened.add(() => inbound.close());

  const http = await startHttpServer(options.host, options.httpPort, identity, {
    enrolment,
    keyring,
    centre,
    token,
    database,
    roster,
    media,
    feed,
    policies,
    log,
    stopping: stopping.signal,
    mediaUrl: () => (options.mediaUrl ?? reachable(http.url, names)).replace(/\/+$/, ''),
    book: async (order) => pushed(await book.book(order, 'centre')),
    cancel: async (request) => pushed(await book.cancel(request, 'centre')),
  });
  opened.add(() => http.close());
  opened.add(() => stopping.abort());

  let since = new Date().toISOString();
  const publishHost = (state: Host['state']) =>
    bus.publish(topics.all(centre, 'host'), encodeHost({ state, since }), { qos: 1, retain: true });
  /** What the broker is to retain, said again now and then: it may lose it without our losing the broker. */
  const greet = async (): Promise<void> => {
    await keyring.publish();
    await publishHost('online');
    await indexes.publishAll();
    await policies.sendAgain();
  };
  const repeat = setInterval(() => bus.isUp() && background.run('greeting', greet()), options.repeatMs ?? REPEAT_MS);
  opened.add(() => clearInterval(repeat));
  await bus.start({
    filters: filters.centre(centre),
    message: (message) => inbound.take(message),
    up: () => {
      since = new Date().toISOString();
      log('info', 'broker-up', { broker: bus.url });
      background.run('greeting', greet());
    },
    down: () => log('info', 'broker-down', { broker: bus.url }),
  });
  opened.add(async () => {
    since = new Date().toISOString();
    if (bus.isUp()) await publishHost('offline');
  });
  return {
    centre,
    root,
    mqttUrl: reachable(bus.url, names),
    httpUrl: reachable(http.url, names),
    close: () => opened.close(log),
  };
}
