import type { Report } from '../../protocol/report.ts';
import { type Numbering, reportKey } from './decide.ts';
import { type Operation, put } from './storage.ts';

/** What deletes the reports from `first` to `last`. */
export const deletedReports = (first: number, last: number): Operation[] =>
  Array.from({ length: last - first + 1 }, (_, at) => ({ type: 'del', key: reportKey(first + at) }));

/** What puts `waiting` in place of all that waited: as it is, but numbered from 1 under the new epoch. */
export const renumbered = (
  waiting: readonly Report[],
  epoch: string,
  { firstSeq, lastSeq }: Pick<Numbering, 'firstSeq' | 'lastSeq'>,
): Operation[] => [
  ...deletedReports(firstSeq, lastSeq),
  ...waiting.map((report, at) => put(reportKey(at + 1), { ...report, epoch, seq: at + 1 })),
];
