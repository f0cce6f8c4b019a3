import fc from 'fast-check';
import type { Ack } from '../../protocol/ack.ts';
import type { Alarm } from '../../protocol/alarm.ts';
import type { Birth } from '../../protocol/birth.ts';
import type { Cancel } from '../../protocol/cancel.ts';
import type { Certificate } from '../../protocol/certificate.ts';
import type { CentreConfiguration } from '../../protocol/configuration.ts';
import type { Health } from '../../protocol/health.ts';
import type { Host } from '../../protocol/host.ts';
import type { Keys } from '../../protocol/keys.ts';
import type { OrderIndex } from '../../protocol/order-index.ts';
import type { Policy } from '../../protocol/policy.ts';
import type { Pull } from '../../protocol/pull.ts';
import type { Recall } from '../../protocol/recall.ts';
import type { Receipt } from '../../protocol/receipt.ts';
import { refusalCodes } from '../../protocol/refusal.ts';
import { grades, outcomes } from '../../protocol/report.ts';
import type { State } from '../../protocol/state.ts';
import type { Time } from '../../protocol/time.ts';
import * as f from './fields.ts';

/** An arbitrary for each message but order and report, which have files of their own. */

const few = <T>(entry: fc.Arbitrary<T>, maxLength = 4) => fc.array(entry, { maxLength });

export const ack: fc.Arbitrary<Ack> = fc.record({
  centre: f.identifier,
  station: f.identifier,
  epoch: f.randomId,
  seq: f.counter,
});

export const alarm: fc.Arbitrary<Alarm> = fc.record({
  since: f.instant,
  severity: fc.constantFrom('warning' as const, 'critical' as const),
  detail: f.text(2_000),
});

export const birth: fc.Arbitrary<Birth> = fc.record({
  station: f.identifier,
  boot: f.randomId,
  protocol: f.counter,
  configuration: f.counter,
  keys: f.counter,
  software: f.text(64),
  name: f.text(100),
  key: f.publicKey,
  groups: few(f.identifier),
  languages: few(f.language),
  zones: fc.array(
    fc.record({ zone: f.identifier, name: f.text(100), tags: few(f.identifier), languages: few(f.language) }),
    { minLength: 1, maxLength: 4 },
  ),
  hardware: fc.record({
    driver: f.identifier,
    readback: fc.constantFrom('contact' as const, 'commanded' as const, 'none' as const),
    deadman: fc.boolean(),
    senses: few(f.identifier),
  }),
  sink: f.identifier,
  codecs: few(f.text(60)),
  programmes: fc.subarray(['audio' as const, 'live' as const, 'text' as const]),
  evidence: fc.constantFrom(...grades),
});

export const cancel: fc.Arbitrary<Cancel> = fc.record(
  {
    id: f.orderId,
    rev: f.revision,
    type: fc.constant('cancel' as const),
    centre: f.identifier,
    issuedAt: f.instant,
    reason: f.text(2_000),
  },
  { requiredKeys: ['id', 'rev', 'type', 'centre', 'issuedAt'] },
);

export const health: fc.Arbitrary<Health> = fc.record(
  {
    at: f.instant,
    uptimeSeconds: f.positive,
    clock: fc.constantFrom('trusted' as const, 'untrusted' as const),
    cpu: fc.record({ temperatureC: f.number, load1: f.number, cores: f.counter }, { requiredKeys: ['load1', 'cores'] }),
    memory: fc.record({ totalBytes: f.counter, availableBytes: f.counter, residentBytes: f.counter }),
    disk: fc.record({ totalBytes: f.counter, freeBytes: f.counter }),
    link: fc.record({ connections: f.counter, upSeconds: f.positive }),
    line: fc.record(
      {
        state: fc.constantFrom('up' as const, 'down' as const),
        reopened: f.counter,
        timeouts: f.counter,
        roundTripMs: f.number,
      },
      { requiredKeys: ['state', 'reopened', 'timeouts'] },
    ),
    controller: fc.record(
      {
        firmware: f.text(64),
        temperatureC: f.number,
        mainsV: f.number,
        batteryV: f.number,
        zones: few(
          fc.record(
            { zone: f.identifier, closed: fc.boolean(), currentA: f.number },
            { requiredKeys: ['zone', 'closed'] },
          ),
        ),
      },
      { requiredKeys: ['zones'] },
    ),
    journal: fc.record({ orders: f.counter, airings: f.counter, reports: f.counter }),
    cache: fc.record(
      { files: f.counter, bytes: f.counter, limitBytes: f.counter, used: f.fraction },
      { requiredKeys: ['files', 'bytes', 'limitBytes'] },
    ),
  },
  { requiredKeys: ['at', 'uptimeSeconds', 'clock', 'cpu', 'memory', 'link', 'journal', 'cache'] },
);

export const host: fc.Arbitrary<Host> = fc.record({
  state: fc.constantFrom('online' as const, 'offline' as const),
  since: f.instant,
});

export const keys: fc.Arbitrary<Keys> = fc.record({
  centre: f.identifier,
  version: f.revision,
  issuedAt: f.instant,
  keys: fc.uniqueArray(
    fc.oneof(
      fc.record(
        { use: fc.constant('centre' as const), kid: f.keyId, key: f.publicKey, notAfter: f.instant },
        { requiredKeys: ['use', 'kid', 'key'] },
      ),
      fc.record(
        {
          use: fc.constant('client' as const),
          kid: f.keyId,
          key: f.publicKey,
          notAfter: f.instant,
          client: f.identifier,
          priorities: few(f.priority),
        },
        { requiredKeys: ['use', 'kid', 'key', 'client', 'priorities'] },
      ),
    ),
    { minLength: 1, maxLength: 6, selector: (entry) => entry.kid },
  ),
  revoked: few(f.keyId),
});

export const orderIndex: fc.Arbitrary<OrderIndex> = fc.record(
  {
    centre: f.identifier,
    station: f.identifier,
    generation: f.counter,
    issuedAt: f.instant,
    expiresAt: f.instant,
    orders: few(fc.record({ id: f.orderId, rev: f.revision, hash: f.sha256 })),
    cancelled: few(fc.record({ id: f.orderId, rev: f.revision, at: f.instant })),
  },
  { requiredKeys: ['centre', 'generation', 'issuedAt', 'expiresAt', 'orders', 'cancelled'] },
);

export const pull: fc.Arbitrary<Pull> = fc.record(
  {
    orders: few(f.orderReference),
    nonce: f.randomId,
    journal: fc.record(
      { epoch: f.randomId, nonce: f.randomId, after: f.counter },
      { requiredKeys: ['epoch', 'nonce'] },
    ),
  },
  { requiredKeys: ['orders'] },
);

export const certificate: fc.Arbitrary<Certificate> = fc.record({
  centre: f.identifier,
  station: f.identifier,
  certificate: f.text(200).map((text) => `-----BEGIN ${text}`),
});

export const recall: fc.Arbitrary<Recall> = fc.record(
  {
    centre: f.identifier,
    station: f.identifier,
    nonce: f.randomId,
    epoch: f.randomId,
    now: f.instant,
    stored: f.counter,
    highest: f.counter,
    latest: f.randomId,
    airings: few(
      fc.record(
        {
          id: f.orderId,
          rev: f.revision,
          occurrence: fc.oneof(fc.constant('now' as const), f.instant),
          outcome: fc.constantFrom(...outcomes),
        },
        { requiredKeys: ['id', 'rev', 'outcome'] },
      ),
    ),
    next: f.counter,
  },
  { requiredKeys: ['centre', 'station', 'nonce', 'epoch', 'now', 'stored', 'highest', 'airings'] },
);

export const problem = fc.record({ path: f.text(100), problem: f.text(150) });

export const receipt: fc.Arbitrary<Receipt> = fc.record(
  {
    at: f.instant,
    result: fc.constantFrom('booked' as const, 'refused' as const, 'progress' as const),
    request: f.sha256,
    order: f.orderReference,
    refusal: fc.record({ code: fc.constantFrom(...refusalCodes), fields: few(problem) }),
    stations: f.counter,
    progress: fc.dictionary(fc.constantFrom(...outcomes), f.counter, { noNullPrototype: true }),
  },
  { requiredKeys: ['at', 'result', 'request'] },
) as fc.Arbitrary<Receipt>;

export const state: fc.Arbitrary<State> = fc.record({
  state: fc.constantFrom('online' as const, 'offline' as const),
  boot: f.randomId,
  connection: f.counter,
});

export const time: fc.Arbitrary<Time> = fc.record({
  centre: f.identifier,
  station: f.identifier,
  nonce: f.randomId,
  now: f.instant,
});

const clockTime = fc.nat(1_439).map((minute) => new Date(minute * 60_000).toISOString().slice(11, 16));
const hours = fc.record({ from: clockTime, to: clockTime });

const policy: fc.Arbitrary<Policy> = fc.record(
  {
    timeZone: fc.constantFrom('Asia/Ho_Chi_Minh', 'UTC', 'Europe/Paris'),
    quietHours: few(hours),
    dailyMinutes: fc.nat(1_440),
    volumeCeilings: few(
      fc.record({ percent: fc.nat(100), zones: f.identifiers(4), hours }, { requiredKeys: ['percent'] }),
    ),
  },
  { requiredKeys: ['timeZone', 'quietHours', 'volumeCeilings'] },
);

export const configuration: fc.Arbitrary<CentreConfiguration> = fc.record({
  centre: f.identifier,
  station: f.identifier,
  version: f.counter,
  issuedAt: f.instant,
  policies: fc.record({ all: policy, station: policy }, { requiredKeys: [] }),
});
