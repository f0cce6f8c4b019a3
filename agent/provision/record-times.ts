import type { AcceptanceRecord, Point } from './record.ts';

/** Less than this a board's clock may be off while it is being synchronised. */
const RIGHT_MS = 5_000;

/** What the centre's clock said when this board's said `instant`. `offsetMs`: by how much this one is before it. */
export const instantAtCentre = (instant: string, offsetMs: number): string =>
  new Date(Date.parse(instant) - offsetMs).toISOString();

/** A board without a clock of its own would date the record by 1970; what the centre signed is the time of the record. */
export function atCentresTime(record: AcceptanceRecord, offsetMs: number): AcceptanceRecord {
  if (Math.abs(offsetMs) < RIGHT_MS) return record;
  const at = (instant: string) => instantAtCentre(instant, offsetMs);
  const points = record.points.map((point): Point => {
    if (point.finding.code !== 'zone') return point;
    const { result } = point.finding;
    return { ...point, finding: { code: 'zone', result: { ...result, at: at(result.at) } } };
  });
  return { ...record, beganAt: at(record.beganAt), endedAt: at(record.endedAt), points };
}
