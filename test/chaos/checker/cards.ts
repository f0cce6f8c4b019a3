import type { Airing } from './airings.ts';
import type { StationHistory } from './history.ts';

/** It happened between the making of a card's image and the moment at which that was put back: nobody remembers it. */
export const isForgotten = ({ cards }: StationHistory, at: number): boolean =>
  cards.some(({ imageAt, putBackAt }) => at >= imageAt && at <= putBackAt);

/** An old card may hold a warning that ended long ago, and a warning waits for nobody; all else waits for the centre. */
export const mayComeAgain = ({ station, order, occurrence }: Airing): boolean =>
  station.cards.length > 0 && order.priority === 'emergency' && occurrence === 'now';
