import type { Span } from './history.ts';

/** Positions are read off to about half of this. */
const SLACK_MS = 60;

/**
 * How often every moment of `whole` was heard at least, give or take `slackMs` at every edge: 1 is once in full, however
 * many pieces made it up.
 */
export function passesThroughout(passes: readonly Span[], whole: Span, slackMs = SLACK_MS): number {
  if (whole.to <= whole.from) return passes.length;
  const edges = [whole.from, ...passes.flatMap(({ from, to }) => [from, to])]
    .filter((edge) => edge >= whole.from && edge < whole.to)
    .sort((a, b) => a - b);
  const covering = (from: number, to: number): number =>
    passes.filter((pass) => pass.from <= from + slackMs && pass.to >= to - slackMs).length;
  let least = Number.POSITIVE_INFINITY;
  edges.forEach((edge, at) => {
    const next = edges[at + 1] ?? whole.to;
    if (next - edge > slackMs) least = Math.min(least, covering(edge, next));
  });
  return Number.isFinite(least) ? least : covering(whole.from, whole.to);
}

interface Repetitions {
  readonly durationMs: number;
  readonly times: number;
  /** An interrupted airing went on where it stopped, and did not begin again. */
  readonly resumes: boolean;
}

/**
 * Where in the whole airing, all repetitions one after the other, each pass lies: a pass itself only tells where in the
 * recording it is. `sounds` are the passes of each uninterrupted sound, in the order of time.
 */
export function placeInAiring(sounds: readonly (readonly Span[])[], airing: Repetitions): Span[] {
  const { durationMs, times, resumes } = airing;
  const placed: Span[] = [];
  let repetition = 0;
  let reached = 0;
  for (const passes of sounds) {
    if (!resumes) repetition = 0;
    passes.forEach(({ from, to }, at) => {
      const ended = reached >= durationMs - 2 * SLACK_MS;
      const begins = from <= 2 * SLACK_MS;
      if ((at > 0 || (resumes && placed.length > 0)) && begins && ended) repetition += 1;
      // A sudden death loses a moment of what was noted: it may go on in the repetition before.
      else if (at === 0 && resumes && placed.length > 0 && from > reached + 2 * SLACK_MS) repetition -= 1;
      repetition = Math.min(Math.max(repetition, 0), times - 1);
      reached = to;
      placed.push({ from: repetition * durationMs + from, to: repetition * durationMs + to });
    });
  }
  return placed;
}
