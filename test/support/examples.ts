import type { Order } from '../../protocol/order.ts';
import type { Report } from '../../protocol/report.ts';

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
