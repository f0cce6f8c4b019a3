import fc from 'fast-check';
import { refusalCodes } from '../../protocol/refusal.ts';
import { type Evidence, grades, outcomes, type Report } from '../../protocol/report.ts';
import { problem } from './arbitraries.ts';
import * as f from './fields.ts';

const decibels = fc.double({ min: -120, max: 40, noNaN: true }).map((value) => value + 0);
const milliseconds = fc.double({ min: 0, max: 86_400_000, noNaN: true }).map((value) => value + 0);

/** Evidence of any shape, whether or not it proves what it claims. */
export const looseEvidence: fc.Arbitrary<Evidence> = fc.record(
  {
    grade: fc.constantFrom(...grades),
    zones: fc.array(
      fc.record({
        zone: f.identifier,
        readback: fc.constantFrom('contact' as const, 'commanded' as const, 'none' as const),
        keyed: fc.constantFrom(true, false, 'unknown' as const),
      }),
      { maxLength: 4 },
    ),
    played: fc.record({
      ms: milliseconds,
      ofMs: milliseconds,
      rmsDb: decibels,
      peakDb: decibels,
      silentMs: milliseconds,
    }),
    sounded: fc.record({ samples: f.counter, rmsDb: decibels, peakDb: decibels }),
  },
  { requiredKeys: ['grade', 'zones'] },
);

/** A report of any outcome, whether or not it proves what it claims. */
export const looseReport: fc.Arbitrary<Report> = fc.record(
  {
    station: f.identifier,
    epoch: f.randomId,
    seq: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
    at: f.instant,
    clock: fc.constantFrom('trusted' as const, 'untrusted' as const),
    software: f.text(64),
    outcome: fc.constantFrom(...outcomes),
    order: f.orderReference,
    occurrence: fc.oneof(fc.constant('now' as const), f.instant),
    message: f.sha256,
    refusal: fc.record(
      { code: fc.constantFrom(...refusalCodes), detail: f.text(2_000), fields: fc.array(problem, { maxLength: 4 }) },
      { requiredKeys: ['code'] },
    ),
    evidence: looseEvidence,
    timing: fc.record({ toRelayMs: milliseconds, toSoundMs: milliseconds }, { requiredKeys: [] }),
  },
  { requiredKeys: ['station', 'epoch', 'seq', 'at', 'clock', 'software', 'outcome'] },
);

/** A report that may be sent: nothing is claimed beyond its evidence, nothing declined without a reason. */
export const report: fc.Arbitrary<Report> = looseReport.map((loose) => {
  const order = loose.order ?? { id: '01890000-0000-7000-8000-000000000000', rev: 1 };
  const refusal = loose.refusal ?? { code: 'internal-error' as const };
  if (loose.outcome !== 'aired') {
    const { evidence, ...rest } = loose;
    const continues = ['interrupted', 'preempted'].includes(loose.outcome) && loose.seq % 2 === 0;
    return {
      ...rest,
      order,
      refusal,
      ...(continues && { continues: true as const }),
      ...(evidence && { evidence: { ...evidence, grade: 'received' as const } }),
    };
  }
  const played = { ms: 1_000, ofMs: 1_000, rmsDb: -20, peakDb: -3, silentMs: 0, ...loose.evidence?.played };
  const zones = loose.evidence?.zones.length
    ? loose.evidence.zones
    : [{ zone: 'thon-1', readback: 'contact' as const }];
  const evidence: Evidence = {
    grade: 'played',
    zones: zones.map((zone) => ({ ...zone, keyed: true })),
    played: { ...played, ms: Math.max(played.ms, played.ofMs, 1) },
  };
  return { ...loose, order, evidence };
});
