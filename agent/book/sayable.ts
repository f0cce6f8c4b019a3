import * as v from 'valibot';
import { type Report, reportSchema } from '../../protocol/report.ts';
import type { Log } from '../log.ts';

/** A report before the journal gives it its number. */
export type ReportDraft = Omit<Report, 'station' | 'epoch' | 'seq' | 'at' | 'clock' | 'software'>;

export interface Saying {
  /** Completes a report with what only the station knows: its name, its clock. */
  readonly stamp: (draft: ReportDraft, number: ReportNumber) => Report;
  readonly log: Log;
}

type ReportNumber = Pick<Report, 'epoch' | 'seq'>;

/**
 * A report that does not fit its schema could never be sent, and every later one would wait for it. What proves
 * nothing is left out; what claims more than that is taken back.
 */
export function sayable(draft: ReportDraft, number: ReportNumber, saying: Saying): Report {
  const report = saying.stamp(draft, number);
  if (fits(report)) return report;
  saying.log('error', 'report-invalid', { report });
  const { evidence: _, timing: __, ...rest } = report;
  const taken: Report =
    rest.outcome === 'aired' ? { ...rest, outcome: 'failed', refusal: { code: 'internal-error' } } : rest;
  return fits(taken) ? taken : unsayable(number, saying);
}

/** Stands where a report was, so that the numbers have no gap. */
export function unsayable(number: ReportNumber, { stamp }: Saying): Report {
  return stamp({ outcome: 'rejected', refusal: { code: 'internal-error' } }, number);
}

const fits = (report: Report): boolean => v.safeParse(reportSchema, report).success;
