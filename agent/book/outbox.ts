import { isLast } from '../../protocol/report.ts';
import type { ReportDraft } from './sayable.ts';

/** Reports that wait for the centre, about 1 MB of the card: from so many on only those of an end are written. */
export const FULL_OUTBOX = 2_000;

/**
 * Whether a report is written though so many wait [P-83]. How an airing ended always is; what passes (`accepted`,
 * `ready`, `airing`, what goes on) and what nobody verified is not, while the outbox is full: numbers are given to what
 * is written alone, so they have no gap.
 */
export function isWritten(draft: ReportDraft, waiting: number): boolean {
  return waiting < FULL_OUTBOX || (isLast(draft) && draft.order !== undefined);
}
