import type { Ack } from '../../protocol/ack.ts';
import type { Alarm } from '../../protocol/alarm.ts';
import type { Birth } from '../../protocol/birth.ts';
import type { Cancel } from '../../protocol/cancel.ts';
import type { Certificate } from '../../protocol/certificate.ts';
import type { CentreConfiguration } from '../../protocol/configuration.ts';
import type { Health } from '../../protocol/health.ts';
import type { Host } from '../../protocol/host.ts';
import type { Keys } from '../../protocol/keys.ts';
import type { Order } from '../../protocol/order.ts';
import type { OrderIndex } from '../../protocol/order-index.ts';
import type { Pull } from '../../protocol/pull.ts';
import type { Recall } from '../../protocol/recall.ts';
import type { Receipt } from '../../protocol/receipt.ts';
import type { Report } from '../../protocol/report.ts';
import type { State } from '../../protocol/state.ts';
import type { Time } from '../../protocol/time.ts';

/** A plausible order; tests change the field that they are about. */
export function anOrder(changes: Partial<Order> = {}): Order {
  return {
    id: '019357f0-7a00-7000-8000-0000000000a1',
    rev: 1,
    type: 'new',
    centre: 'vinh-phuc',
    issuedAt: '2026-11-20T08:00:00.000Z',
    expiresAt: '2026-11-20T10:00:00.000Z',
    status: 'actual',
    priority: 'routine',
    title: 'Thông báo lịch tiêm chủng',
    to: { stations: ['dai-dong', 'tan-tien'] },
    zones: ['thon-1'],
    when: { type: 'now' },
    lateBy: 300,
    programme: [
      {
        type: 'audio',
        variants: [
          {
            language: 'vi',
            mime: 'audio/ogg',
            durationMs: 42_000,
            size: 168_000,
            sha256: '3f'.repeat(32),
            urls: [`http://127.0.0.1:8080/media/${'3f'.repeat(32)}`],
          },
        ],
      },
    ],
    onInterrupt: 'resume',
    ...changes,
  };
}

/** A plausible report that an order aired in full. */
export function aReport(changes: Partial<Report> = {}): Report {
  return {
    station: 'dai-dong',
    epoch: '0123456789abcdef0123456789abcdef',
    seq: 42,
    at: '2026-11-20T08:01:03.250Z',
    clock: 'trusted',
    software: 'loa-agent 0.1.0',
    outcome: 'aired',
    order: { id: '019357f0-7a00-7000-8000-0000000000a1', rev: 1 },
    occurrence: 'now',
    evidence: {
      grade: 'sounded',
      zones: [{ zone: 'thon-1', readback: 'contact', keyed: true }],
      played: { ms: 42_000, ofMs: 42_000, rmsDb: -18.2, peakDb: -1.4, silentMs: 0 },
      sounded: { samples: 40, rmsDb: -12.5, peakDb: -1 },
    },
    timing: { toRelayMs: 6.2, toSoundMs: 9.8 },
    ...changes,
  };
}

const id = '019357f0-7a00-7000-8000-0000000000a1';
const at = '2026-11-20T08:00:00.000Z';
const later = '2026-11-20T10:00:00.000Z';
const randomId = '0123456789abcdef0123456789abcdef';
const key = '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo';
const who = { centre: 'vinh-phuc', station: 'dai-dong' };

export const cancel: Cancel = {
  id,
  rev: 1,
  type: 'cancel',
  centre: 'vinh-phuc',
  issuedAt: at,
  reason: 'Đã thay bằng lệnh mới',
};

export const receipt: Receipt = {
  at,
  result: 'refused',
  request: 'a7'.repeat(32),
  refusal: { code: 'invalid-fields', fields: [{ path: 'programme.0.variants.0.urls', problem: 'at least one' }] },
};

export const orderIndex: OrderIndex = {
  ...who,
  generation: 12,
  issuedAt: at,
  expiresAt: later,
  orders: [{ id, rev: 1, hash: '9c'.repeat(32) }],
  cancelled: [],
};

export const keys: Keys = {
  centre: 'vinh-phuc',
  version: 2,
  issuedAt: at,
  keys: [
    { use: 'centre', kid: 'centre-2026', key, notAfter: '2028-11-20T00:00:00.000Z' },
    { use: 'client', kid: 'phan-mem-2026', key, client: 'phan-mem', priorities: ['routine', 'priority'] },
  ],
  revoked: ['centre-2025'],
};

export const host: Host = { state: 'online', since: at };

export const ack: Ack = { ...who, epoch: randomId, seq: 42 };

export const time: Time = { ...who, nonce: randomId, now: at };

export const configuration: CentreConfiguration = {
  ...who,
  version: 7,
  issuedAt: at,
  policies: {
    all: { timeZone: 'Asia/Ho_Chi_Minh', quietHours: [{ from: '21:30', to: '05:00' }], volumeCeilings: [] },
    station: {
      timeZone: 'Asia/Ho_Chi_Minh',
      quietHours: [],
      dailyMinutes: 120,
      volumeCeilings: [{ percent: 60, zones: ['cho'], hours: { from: '18:00', to: '21:30' } }],
    },
  },
};

export const state: State = { state: 'online', boot: randomId, connection: 3 };

export const birth: Birth = {
  station: 'dai-dong',
  boot: randomId,
  protocol: 0,
  configuration: 7,
  keys: 3,
  software: 'loa-agent 0.1.0',
  name: 'Đài truyền thanh xã Đại Đồng',
  key,
  groups: ['lowland'],
  languages: ['vi'],
  zones: [{ zone: 'thon-1', name: 'Thôn 1', tags: ['village'], languages: ['vi'] }],
  hardware: { driver: 'sc1', readback: 'contact', deadman: true, senses: ['output', 'temperature'] },
  sink: 'alsa',
  codecs: ['audio/ogg', 'audio/mpeg'],
  programmes: ['audio'],
  evidence: 'sounded',
};

export const health: Health = {
  at,
  uptimeSeconds: 86_400,
  clock: 'trusted',
  cpu: { temperatureC: 51.5, load1: 0.2, cores: 4 },
  memory: { totalBytes: 1_000_000_000, availableBytes: 600_000_000, residentBytes: 70_000_000 },
  disk: { totalBytes: 16_000_000_000, freeBytes: 9_000_000_000 },
  link: { connections: 2, upSeconds: 3_600 },
  line: { state: 'up', reopened: 0, timeouts: 1, roundTripMs: 0.9 },
  controller: { firmware: 'sc1 1.0', temperatureC: 44, mainsV: 228, zones: [{ zone: 'thon-1', closed: false }] },
  journal: { orders: 3, airings: 1, reports: 0 },
  cache: { files: 12, bytes: 40_000_000, limitBytes: 2_000_000_000 },
};

export const pull: Pull = {
  orders: [{ id, rev: 1 }],
  nonce: randomId,
  journal: { epoch: randomId, nonce: randomId, after: 0 },
};

export const certificate: Certificate = {
  ...who,
  certificate: '-----BEGIN CERTIFICATE-----\nMIIB…\n-----END CERTIFICATE-----\n',
};

export const recall: Recall = {
  ...who,
  nonce: randomId,
  epoch: randomId,
  now: at,
  stored: 41,
  highest: 42,
  latest: randomId,
  airings: [{ id, rev: 1, occurrence: 'now', outcome: 'aired' }],
};

export const alarm: Alarm = { since: at, severity: 'critical', detail: 'relay 3 is closed and should be open' };
