import type { Refusal } from '../../protocol/refusal.ts';
import type { Alarms } from './alarms.ts';

/** One may have been killed; the second time something is wrong with the program or the board. */
const FAILURES = 2;

/** The alarm `decoder`: raised when ffmpeg fails again and again, cleared when it gives sound. Takes what `decode` tells. */
export function decoderAlarm(alarms: Pick<Alarms, 'raise' | 'clear'>): (failure: Refusal | undefined) => void {
  let failures = 0;
  return (failure) => {
    failures = failure === undefined ? 0 : failures + 1;
    if (failure === undefined) alarms.clear('decoder');
    else if (failures >= FAILURES) alarms.raise('decoder', 'critical', failure.message);
  };
}
