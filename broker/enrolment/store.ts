import { type StationPlan, stationPlanSchema } from '../../protocol/enrolment.ts';
import type { Issued } from '../authority/authority.ts';
import type { Role } from '../authority/identity.ts';
import type { Queries } from '../database/database.ts';
import { readStored } from '../database/stored-json.ts';

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

/** The plan that a code stands for; undefined for one that is wrong, used or expired. */
export async function planOf(queries: Queries, hash: string, now: string): Promise<StationPlan | undefined> {
  const [row] = await queries.query<{ plan: string }>(
    'select plan from enrolments join station_plans using (station) where hash = $1 and expires_at > $2',
    [hash, now],
  );
  return row && readStored(stationPlanSchema, row.plan);
}

/** Uses a code up; false where somebody else was faster. */
export async function useCode(queries: Queries, hash: string): Promise<boolean> {
  return (await queries.query('delete from enrolments where hash = $1 returning station', [hash])).length > 0;
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

/** Revoked and not expired yet: what a handshake would still take for good. */
export async function revokedSerials(queries: Queries): Promise<string[]> {
  const rows = await queries.query<{ serial: string }>(
    'select serial from certificates where revoked_at is not null and expires_at > $1',
    [new Date().toISOString()],
  );
  return rows.map(({ serial }) => serial);
}
