import type { Loudspeaker, OutputState } from '../ports.ts';

const SILENCE_DB = -120;
const FULL_CURRENT_A = 2;

/** What SENS says: the output follows what is really played, and each closed line draws current by it. */
export function sensed(output: OutputState, loudspeaker: Loudspeaker, hot: boolean): string[] {
  const sounding = output.amplifierOn && !output.muted;
  const { rmsDb, peakDb } = sounding ? loudspeaker.output() : { rmsDb: SILENCE_DB, peakDb: SILENCE_DB };
  const amperes = sounding ? FULL_CURRENT_A * 10 ** (rmsDb / 20) : 0;
  const currents = output.closed.map((closed) => String(closed ? Math.min(999, Math.round(amperes * 100)) : 0));
  return [decibels(rmsDb), decibels(peakDb), hot ? '96.0' : '38.5', '230.0', '13.2', ...currents];
}

function decibels(value: number): string {
  return Math.min(0, Math.max(SILENCE_DB, value)).toFixed(1);
}
