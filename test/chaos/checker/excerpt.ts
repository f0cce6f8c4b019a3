import type { StationHistory } from './history.ts';

const AROUND_MS = 1_500;
const LONGEST_EXCERPT = 60;

/** What the station's timeline says of a stretch of time. */
export function excerpt({ timeline }: StationHistory, from: number, to: number): string[] {
  return timeline
    .filter(({ at }) => Date.parse(at) >= from - AROUND_MS && Date.parse(at) <= to + AROUND_MS)
    .slice(0, LONGEST_EXCERPT)
    .map(({ at, ms: _, sample, what, ...rest }) => `${at} ${sample} ${what} ${JSON.stringify(rest)}`);
}
