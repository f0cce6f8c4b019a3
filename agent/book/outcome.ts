import type { Outcome } from '../../protocol/report.ts';
import { type BookedAiring, insists, reportOf } from './booking.ts';
import type { Journal } from './journal.ts';
import { type AiringRecord, isOpen } from './records.ts';
import type { ReportDraft } from './sayable.ts';

/** What goes onto an airing's record together with its outcome. */
export interface Standing {
  readonly at: string;
  /** Samples heard so far, of an airing that goes on. */
  readonly samples?: number;
  /** Of an airing that is on air from now on. */
  readonly since?: number;
  readonly ending?: true;
}

/**
 * Moves an airing on and writes its report in the same entry. [P-62] One last report: false, and nothing written, when
 * the airing has ended already, for instance by a cancellation a moment ago.
 */
export function recordOutcome(
  journal: Journal,
  airing: BookedAiring,
  outcome: Outcome,
  { at, samples, since, ending }: Standing,
  details: Partial<ReportDraft> = {},
): Promise<boolean> {
  return journal.commit(() => {
    const record = journal.airings.get(airing.key);
    if (record === undefined || !isOpen(record)) return undefined;
    const { continues: _, ending: __, code: ___, because: ____, grade: _____, ...rest } = record;
    const [because] = details.refusal?.fields ?? [];
    const moved: AiringRecord = {
      ...rest,
      state: outcome,
      at,
      ...(samples !== undefined && { samples }),
      ...(since !== undefined && { since }),
      ...(ending && { ending }),
      ...(details.continues && { continues: details.continues }),
      ...(details.refusal && { code: details.refusal.code }),
      ...(details.evidence && { grade: details.evidence.grade }),
      ...(because && { because }),
    };
    return { insist: insists(airing), airings: [moved], reports: [{ ...details, ...reportOf(record, outcome) }] };
  });
}

/** Notes how far an airing on air has come; nothing is reported. False when it is not on air any more. */
export function recordProgress(
  journal: Journal,
  airing: BookedAiring,
  progress: { readonly samples?: number; readonly since?: number; readonly ending?: true },
): Promise<boolean> {
  return journal.commit(() => {
    const record = journal.airings.get(airing.key);
    return record?.state === 'airing' ? { insist: insists(airing), airings: [{ ...record, ...progress }] } : undefined;
  });
}
