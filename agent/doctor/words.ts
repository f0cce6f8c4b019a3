import type { ProblemWords } from '../configuration/problem-words.ts';
import type { FindingCode, Level } from './finding.ts';

/** What a technician reads of an examination. */
export interface DoctorWords {
  readonly level: Readonly<Record<Level, string>>;
  readonly fix: string;
  readonly summary: Readonly<Record<0 | 1 | 2, string>>;
  readonly usage: string;
  readonly problem: ProblemWords;
  bundled(file: string): string;
  cannotBundle(reason: string): string;
  /** What was found, with its detail in place of %; and what to do about it, for all that is not good. */
  readonly of: Readonly<Record<FindingCode, readonly [found: string, fix?: string]>>;
}
