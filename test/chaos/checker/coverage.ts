import type { Span } from './history.ts';

/** How often every moment of `whole` was heard at least: 1 is once in full, however many pieces made it up. */
export function passesThroughout(passes: readonly Span[], whole: Span): number {
  if (whole.to <= whole.from) return passes.length;
  const edges = [whole.from, ...passes.flatMap(({ from, to }) => [from, to])]
    .filter((edge) => edge >= whole.from && edge < whole.to)
    .sort((a, b) => a - b);
  const covering = (from: number, to: number): number =>
    passes.filter((pass) => pass.from <= from + SLACK_MS && pass.to >= to - SLACK_MS).length;
  let least = Number.POSITIVE_INFINITY;
  edges.forEach((edge, at) => {
    const next = edges[at + 1] ?? whole.to;
    if (next - edge > SLACK_MS) least = Math.min(least, covering(edge, next));
  });
  return Number.isFinite(least) ? least : covering(whole.from, whole.to);
}

/** Positions are read off to about half of this. */
const SLACK_MS = 60;
