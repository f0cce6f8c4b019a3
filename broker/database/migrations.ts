/**
 * The tables, one list of statements per version; a version that was released is never changed. Instants are text as
 * the wire writes them (UTC, fixed width), so that they sort as text and read the same from both drivers. Signed
 * messages are kept as they went out or came in: they are the evidence.
 */
export const migrations: readonly (readonly string[])[] = [
  [
    `create table orders (
      id text not null,
      rev integer not null,
      -- only the latest revision is current
      current boolean not null,
      -- SHA-256 of what was asked for: tells a repeated request from another under the same name
      content text not null,
      body text not null,
      signed text not null,
      -- SHA-256 of the signed bytes, as the index lists it
      hash text not null,
      audience text not null check (audience in ('all', 'stations')),
      priority text not null,
      expires_at text not null,
      booked_at text not null,
      -- the ordering client and its request; absent for the command line and the console
      client text,
      request text,
      primary key (id, rev)
    )`,
    'create index orders_current on orders (expires_at) where current',
    `create table order_stations (
      id text not null,
      station text not null,
      primary key (id, station)
    )`,
    'create index order_stations_by_station on order_stations (station)',
    `create table order_groups (
      id text not null,
      name text not null,
      primary key (id, name)
    )`,
    `create table cancellations (
      id text primary key,
      rev integer not null,
      signed text not null,
      cancelled_at text not null
    )`,
    `create table index_generations (
      -- a station's id, or 'all/' for the one addressed to everyone
      addressee text primary key,
      generation bigint not null
    )`,
    `create table reports (
      stored bigint generated always as identity,
      station text not null,
      epoch text not null,
      seq bigint not null,
      received_at text not null,
      order_id text,
      outcome text not null,
      body text not null,
      signed text not null,
      primary key (station, epoch, seq)
    )`,
    'create index reports_by_order on reports (order_id)',
    'create index reports_by_arrival on reports (stored)',
    `create table report_heads (
      station text not null,
      epoch text not null,
      -- every report up to this one is stored
      seq bigint not null,
      primary key (station, epoch)
    )`,
    `create table stations (
      station text primary key,
      entry text not null
    )`,
  ],
  [
    // Reports under a number that another has taken: a journal that was put back from a copy. Kept, never counted.
    `create table reused_reports (
      stored bigint generated always as identity,
      station text not null,
      epoch text not null,
      seq bigint not null,
      received_at text not null,
      signed text not null,
      -- SHA-256 of the signed bytes
      hash text not null,
      primary key (station, epoch, seq, hash)
    )`,
  ],
  [
    // What a station said about its airings, in the order in which it came: asked for by a journal that was lost.
    `create index reports_of_airings on reports (station, stored) where outcome in
      ('airing', 'rejected', 'aired', 'interrupted', 'preempted', 'failed', 'missed', 'expired', 'cancelled')`,
  ],
  [
    `create table station_plans (
      station text primary key,
      plan text not null
    )`,
    `create table enrolments (
      station text primary key,
      -- SHA-256 of the code's secret
      hash text not null unique,
      expires_at text not null
    )`,
    `create table certificates (
      serial text primary key,
      id text not null,
      role text not null,
      certificate text not null,
      issued_at text not null,
      expires_at text not null,
      revoked_at text
    )`,
    'create index certificates_by_owner on certificates (role, id)',
  ],
  [
    `create table policies (
      -- a station's id, or 'all/' for every station
      addressee text primary key,
      version bigint not null,
      -- absent where it was cleared
      policy text,
      set_at text not null
    )`,
  ],
  [
    // Keys of ordering clients that were taken back here, whatever the manifest says until it is signed anew.
    `create table revoked_keys (
      kid text primary key,
      revoked_at text not null
    )`,
  ],
  [
    // Codes that were used just now, and what for: the answer may have been lost.
    `create table used_codes (
      -- SHA-256 of the code's secret
      hash text primary key,
      station text not null,
      -- the station's public key in base64url
      key text not null,
      serial text not null,
      used_at text not null
    )`,
  ],
];
