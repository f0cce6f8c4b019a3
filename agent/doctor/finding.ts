import type { FieldProblem } from '../../protocol/refusal.ts';

/** Everything that the doctor can find, and how bad each is. The part before the slash is what was looked at. */
export const findings = {
  'configuration/good': 'good',
  'configuration/bad': 'broken',
  'files/good': 'good',
  'files/denied': 'broken',
  'files/missing': 'broken',
  'files/open': 'warning',
  'files/foreign': 'broken',
  'clock/good': 'good',
  'clock/by-centre': 'good',
  'clock/untrusted': 'warning',
  'card/good': 'good',
  'card/small': 'warning',
  'card/full': 'broken',
  'card/unwritable': 'broken',
  'card/errors': 'warning',
  'journal/good': 'good',
  'journal/new': 'good',
  'journal/damaged': 'warning',
  'journal/set-aside': 'warning',
  'journal/failed': 'broken',
  'controller/good': 'good',
  'controller/none': 'good',
  'controller/silent': 'broken',
  'decoder/good': 'good',
  'decoder/missing': 'broken',
  'sound/good': 'good',
  'sound/failed': 'broken',
  'sound/recorded': 'warning',
  'certificate/good': 'good',
  'certificate/soon': 'warning',
  'certificate/ended': 'broken',
  'certificate/not-ours': 'broken',
  'link/good': 'good',
  'link/plain': 'warning',
  'link/no-name': 'broken',
  'link/no-answer': 'broken',
  'link/no-trust': 'broken',
  'broker/good': 'good',
  'broker/refused': 'broken',
  'broker/down': 'broken',
  'centre/good': 'good',
  'centre/offline': 'warning',
  'media/good': 'good',
  'media/failed': 'warning',
  'keys/good': 'good',
  'keys/none': 'warning',
  'keys/bad': 'warning',
  'service/good': 'good',
  'service/absent': 'warning',
  'service/off': 'broken',
  'service/restarted': 'warning',
  'service/no-systemd': 'warning',
  'cache/good': 'good',
  'doctor/failed': 'warning',
  'alarm/warning': 'warning',
  'alarm/critical': 'broken',
} as const;

export type FindingCode = keyof typeof findings;
export type Level = (typeof findings)[FindingCode];

export interface Finding {
  readonly code: FindingCode;
  /** A path, a number, what a program said. */
  readonly detail: string;
  /** Of a configuration that cannot be used. */
  readonly problems?: readonly FieldProblem[];
}

export const levelOf = ({ code }: Finding): Level => findings[code];

/** The doctor's exit code: 0 all good, 1 a warning, 2 something is broken. */
export function exitCode(found: readonly Finding[]): 0 | 1 | 2 {
  const levels = new Set(found.map(levelOf));
  return levels.has('broken') ? 2 : levels.has('warning') ? 1 : 0;
}
