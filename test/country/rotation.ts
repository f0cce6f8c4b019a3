import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { v7 as uuid } from 'uuid';
import { revokeKeys, rotateKeys } from '../../broker/keys/change-keys.ts';
import { importPrivateKey } from '../../broker/keys/key-pair.ts';
import { loadKeys } from '../../broker/keys/key-store.ts';
import { ingest } from '../../broker/media/ingest.ts';
import { MediaStore } from '../../broker/media/store.ts';
import type { SigningKey } from '../../protocol/envelope.ts';
import { encodeOrder, type Order } from '../../protocol/order.ts';
import { isLast, type Report } from '../../protocol/report.ts';
import { topics } from '../../protocol/topics.ts';
import { recordTone } from '../support/tone.ts';
import { until } from '../support/until.ts';
import { Country } from './country.ts';

/** All reports of a country are many to read: not oftener than this. */
const LOOK_MS = 200;
const HOUR_MS = 3_600_000;
const DAYS = 365;

export interface RotationOptions {
  readonly folder: string;
  /** Stations that are online throughout, and others that sleep through every change. */
  readonly online: number;
  readonly away: number;
}

/** What was seen; nothing is asserted here. */
export interface Rotation {
  /** What the thief of the first key ordered that stations booked before it was revoked, and refused after. */
  readonly refused: number;
  /** Stations that refused what the thief sent after. */
  readonly resisted: number;
  /** What the centre itself had ordered with the old key that any station gave up. */
  readonly givenUp: number;
  /** Stations on which the last order, by the newest key, was aired; and those on which the old order was. */
  readonly aired: number;
  readonly airedOld: number;
  /** Airings of one order at one station beyond the first. */
  readonly twice: number;
  /** Orders of the thief that any station aired. */
  readonly obeyedThief: number;
  /** Versions of the manifest that those away slept through. */
  readonly slept: number;
  /** Milliseconds from the command until all online follow; until all refuse; and until all that return follow. */
  readonly rotatedMs: number;
  readonly revokedMs: number;
  readonly returnedMs: number;
}

/** Rotates and revokes signing keys while some stations are online and others are away, beside a thief who owns the broker. */
export async function rotateAcross({ folder, online, away }: RotationOptions): Promise<Rotation> {
  const country = await Country.found(folder);
  try {
    return await play(country, online, away);
  } finally {
    await country.close();
  }
}

async function play(country: Country, online: number, away: number): Promise<Rotation> {
  const here = Array.from({ length: online }, (_, n) => `dai-${n + 1}`);
  const gone = Array.from({ length: away }, (_, n) => `vang-${n + 1}`);
  const all = [...here, ...gone];
  const media = await recording(country);
  const book = async (fields: object): Promise<string> => {
    const programme = [{ type: 'audio', media: [media] }];
    return (await country.call('/api/orders', { title: 'Thử', priority: 'routine', to: 'all', programme, ...fields }))
      .id;
  };
  const stationsThat = async (fits: (report: Report) => boolean): Promise<number> =>
    new Set((await country.reports()).filter(fits).map(({ station }) => station)).size;
  const reached = (what: string, count: number, fits: (report: Report) => boolean) =>
    until(what, async () => (await stationsThat(fits)) === count || pause(), WITHIN_MS);
  const about = (id: string, outcome: Report['outcome']) => (report: Report) =>
    report.order?.id === id && report.outcome === outcome;
  const refusedBy = (id: string) => (report: Report) =>
    about(id, 'rejected')(report) && report.refusal?.code === 'revoked-key';
  /** Tells the running centre, as the command does; gives the milliseconds until so many follow. */
  const changed = async (version: number, followers: number): Promise<number> => {
    const from = performance.now();
    await country.call('/api/keys/reload', {});
    await until(
      `${followers} to follow ${version}`,
      async () => (await country.following(version)) === followers,
      WITHIN_MS,
    );
    return performance.now() - from;
  };

  await country.wake(all);
  await until('all to follow', async () => (await country.following(1)) === all.length, WITHIN_MS);
  const first = (await loadKeys(country.data)).signer.kid;
  const thief = await stolen(country, first);
  const soon = new Date(Date.now() + HOUR_MS).toISOString();
  const old = await book({
    when: { type: 'at', instants: [soon] },
    expiresAt: new Date(Date.now() + 2 * HOUR_MS).toISOString(),
  });
  await until('the owner of the broker to overhear it', () => country.programme.length > 0, WITHIN_MS);
  const forged = await forge(country, thief, { when: { type: 'at', instants: [soon] } });
  await reached('all to book the old order', all.length, about(old, 'accepted'));
  await reached('all to book the forged one', all.length, about(forged, 'accepted'));
  await country.sleep(gone);

  await rotateKeys(country.data, DAYS);
  const rotatedMs = await changed(2, online);
  const second = await book({});
  await reached('those online to air', online, about(second, 'aired'));

  const from = performance.now();
  await revokeKeys(country.data, [first], DAYS);
  await changed(3, online);
  await reached('those online to refuse', online, refusedBy(forged));
  const revokedMs = performance.now() - from;
  for (let version = 4; version <= 6; version++) {
    const { kid } = (await loadKeys(country.data)).signer;
    await (version === 5 ? revokeKeys(country.data, [kid], DAYS) : rotateKeys(country.data, DAYS));
    await changed(version, online);
  }
  const again = await forge(country, thief, { priority: 'emergency' });
  const turnedDown = (report: Report) => report.message !== undefined && report.refusal?.code === 'revoked-key';
  await reached('those online to turn it down', online, turnedDown);

  const returning = performance.now();
  await country.wake(gone);
  await until('all to follow', async () => (await country.following(6)) === all.length, WITHIN_MS);
  await reached('all to refuse', all.length, refusedBy(forged));
  const returnedMs = performance.now() - returning;
  const third = await forge(country, thief, { priority: 'emergency' });
  await reached('all to turn it down', all.length, turnedDown);
  const last = await book({ priority: 'priority' });
  // A machine that is too small for so many decoders at once fails some: they are counted, not waited for.
  await reached('all to end the last', all.length, (report) => report.order?.id === last && isLast(report));

  const reports = await country.reports();
  /** Begun though it was over: what only gave way to another, and comes back after it, says `airing` again [P-43]. */
  const begunAgain = reports.filter(({ outcome, ...report }, at) => {
    const before = reports
      .slice(0, at)
      .filter(({ station, order }) => station === report.station && order?.id === report.order?.id);
    const [begun, left] = [before.filter((each) => each.outcome === 'airing'), before.filter((each) => each.continues)];
    return outcome === 'airing' && begun.length > left.length;
  });
  return {
    refused: await stationsThat(refusedBy(forged)),
    resisted: await stationsThat(turnedDown),
    givenUp: await stationsThat(
      (report) => report.order?.id === old && !['accepted', 'ready'].includes(report.outcome),
    ),
    aired: await stationsThat(about(last, 'aired')),
    airedOld: await stationsThat(about(second, 'aired')),
    twice: begunAgain.length,
    obeyedThief: reports.filter(
      ({ order, outcome }) => [forged, again, third].includes(order?.id ?? '') && ['airing', 'aired'].includes(outcome),
    ).length,
    slept: 5,
    ...{ rotatedMs, revokedMs, returnedMs },
  };
}

/** Only there so that a broken run ends. */
const WITHIN_MS = 240_000;
const pause = () => delay(LOOK_MS, false);

async function recording(country: Country): Promise<string> {
  const { bytes } = await recordTone(1);
  const file = join(country.data, 'tone.ogg');
  await writeFile(file, bytes);
  const store = new MediaStore(join(country.data, 'media'));
  return (await ingest(store, file, { language: 'vi', ffmpeg: 'ffmpeg' })).sha256;
}

async function stolen(country: Country, kid: string): Promise<SigningKey> {
  return { kid, key: await importPrivateKey(await readFile(join(country.data, 'keys', `signing-${kid}.pem`), 'utf8')) };
}

/** What the thief of a signing key orders by the broker that he owns; returns its id. */
async function forge(country: Country, thief: SigningKey, fields: Partial<Order>): Promise<string> {
  const now = Date.now();
  const order: Order = {
    id: uuid(),
    rev: 1,
    type: 'new',
    centre: country.centre.centre,
    issuedAt: new Date(now).toISOString(),
    expiresAt: new Date(now + 2 * HOUR_MS).toISOString(),
    status: 'actual',
    priority: 'routine',
    title: 'Lệnh giả',
    to: 'all',
    when: { type: 'now' },
    lateBy: 300,
    programme: country.programme,
    onInterrupt: 'skip',
    ...fields,
  };
  const token = await encodeOrder(order, thief);
  await country.owner.publishAsync(topics.all(country.centre.centre, 'order'), Buffer.from(token), { qos: 1 });
  return order.id;
}
