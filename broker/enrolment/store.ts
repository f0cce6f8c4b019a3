import { type StationPlan, stationPlanSchema } from '../../protocol/enrolment.ts';
import type { Issued } from '../authority/authority.ts';
import type { Role } from '../authority/identity.ts';
import type { Queries } from '../database/database.ts';
import { readStored } from '../database/stored-json.ts';

/** A used code is kept in mind so long [P-90]. */
const USED_MS = 10 * 60_000;
const lately = (): string => new Date(Date.now() - USED_MS).toISOString();

/** Notes what a station is to be, and a code's hash in place of any earlier one. */
export async function saveEnrolment(
  queries: Queries,
  plan: StationPlan,
  code: { readonly hash: string; readonly expiresAt: string },
): Promise<void> {
  await queries.query(
    `insert into station_plans (station, plan) values ($1, $2)
     on conflict (station) do update set plan = excluded.plan`,
    [plan.station, JSON.stringify(plan)],
  );
  await queries.query(
    `insert into enrolments (station, hash, expires_at) values ($1, $2, $3)
     on conflict (station) do update set hash = excluded.hash, expires_at = excluded.expires_at`,
    [plan.station, code.hash, code.expiresAt],
  );
}

export async function isPlanned(queries: Queries, station: string): Promise<boolean> {
  return (await queries.query('select station from station_plans where station = $1', [station])).length > 0;
}

/** The plan that a code stands for, or stood for just now; undefined for one that is wrong, used or expired. */
export async function planOf(queries: Queries, hash: string): Promise<StationPlan | undefined> {
  const [row] = await queries.query<{ plan: string }>(
    `select plan from station_plans where station in
     (select station from enrolments where hash = $1 and expires_at > $2
      union select station from used_codes where hash = $1 and used_at > $3)`,
    [hash, new Date().toISOString(), lately()],
  );
  return row && readStored(stationPlanSchema, row.plan);
}

/** Uses a code up; false where somebody else was faster. */
export async function useCode(queries: Queries, hash: string): Promise<boolean> {
  return (await queries.query('delete from enrolments where hash = $1 returning station', [hash])).length > 0;
}

/** Notes what a code was used for, and forgets what was noted too long ago. */
export async function noteUse(
  queries: Queries,
  { hash, station, key, serial }: { hash: string; station: string; key: string; serial: string },
): Promise<void> {
  await queries.query('delete from used_codes where used_at <= $1', [lately()]);
  await queries.query('insert into used_codes (hash, station, key, serial, used_at) values ($1, $2, $3, $4, $5)', [
    ...[hash, station, key, serial],
    new Date().toISOString(),
  ]);
}

/** The certificate that a code was used for just now by this key, as long as it counts. */
export async function certificateOfUse(queries: Queries, hash: string, key: string): Promise<string | undefined> {
  const [row] = await queries.query<{ certificate: string }>(
    `select certificate from used_codes join certificates using (serial)
     where hash = $1 and key = $2 and used_at > $3 and revoked_at is null`,
    [hash, key, lately()],
  );
  return row?.certificate;
}

/** A station's code counts no more, if it has one. */
export async function voidCode(queries: Queries, station: string): Promise<void> {
  await queries.query('delete from enrolments where station = $1', [station]);
}

export async function saveCertificate(
  queries: Queries,
  owner: { readonly id: string; readonly role: Role },
  { serial, certificate, expiresAt }: Issued,
): Promise<void> {
  await queries.query(
    `insert into certificates (serial, id, role, certificate, issued_at, expires_at) values ($1, $2, $3, $4, $5, $6)`,
    [serial, owner.id, owner.role, certificate, new Date().toISOString(), expiresAt],
  );
}

/** The certificate of an owner that counts longest. */
export async function latestCertificate(
  queries: Queries,
  { id, role }: { readonly id: string; readonly role: Role },
): Promise<{ readonly certificate: string; readonly expiresAt: string } | undefined> {
  const [row] = await queries.query<{ certificate: string; expires_at: string }>(
    `select certificate, expires_at from certificates
     where id = $1 and role = $2 and revoked_at is null and expires_at > $3 order by expires_at desc limit 1`,
    [id, role, new Date().toISOString()],
  );
  return row && { certificate: row.certificate, expiresAt: row.expires_at };
}

/** Revokes every certificate of an owner that still counts; gives their serials. */
export async function revokeCertificates(
  queries: Queries,
  { id, role }: { readonly id: string; readonly role: Role },
): Promise<string[]> {
  const rows = await queries.query<{ serial: string }>(
    `update certificates set revoked_at = $3 where id = $1 and role = $2 and revoked_at is null and expires_at > $3
     returning serial`,
    [id, role, new Date().toISOString()],
  );
  return rows.map(({ serial }) => serial);
}

/** Stations whose latest certificate was revoked, with all before it. */
export async function revokedStations(queries: Queries): Promise<string[]> {
  const rows = await queries.query<{ id: string }>(
    `select id from (select distinct on (id) id, revoked_at from certificates where role = 'station'
     order by id, issued_at desc) latest where revoked_at is not null`,
  );
  return rows.map(({ id }) => id);
}

/** Revoked and not expired yet: what a handshake would still take for good. */
export async function revokedSerials(queries: Queries): Promise<string[]> {
  const rows = await queries.query<{ serial: string }>(
    'select serial from certificates where revoked_at is not null and expires_at > $1',
    [new Date().toISOString()],
  );
  return rows.map(({ serial }) => serial);
}
