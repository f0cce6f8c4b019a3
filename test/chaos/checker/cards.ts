import type { StationHistory } from './history.ts';

/** It happened between the making of a card's image and the moment at which that was put back: nobody remembers it. */
export const isForgotten = ({ cards }: StationHistory, at: number): boolean =>
  cards.some(({ imageAt, putBackAt }) => at >= imageAt && at <= putBackAt);
