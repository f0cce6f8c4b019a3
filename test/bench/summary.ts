import type { Figure, Figures } from './figures.ts';
import { names } from './names.ts';

export interface Ratio {
  readonly of: string;
  readonly to: string;
  /** Median over median: carries over to other machines, which milliseconds do not. */
  readonly ratio: number;
}

export interface Aim {
  readonly aim: string;
  readonly measured: number;
  readonly limit: number;
  readonly unit: Figure['unit'];
  readonly reached: boolean;
}

const compared = [
  [names.relay, names.floor],
  [names.sound, names.ffmpeg],
  [names.sound, names.pipeline],
  [names.longSound, names.pipeline],
  [names.coldSound, names.pipeline],
  [names.start, names.node],
  [names.idle, names.nodeAlone],
  [names.airing, names.nodeAlone],
] as const;

export const ratio = (figures: Figures, of: string, to: string): Ratio => ({
  of,
  to,
  ratio: figures.of(of).median / figures.of(to).median,
});

export const orderRatios = (figures: Figures): readonly Ratio[] => compared.map(([of, to]) => ratio(figures, of, to));

export const aimOf = (aim: string, unit: Figure['unit'], measured: number, limit: number): Aim => ({
  aim,
  measured,
  limit,
  unit,
  reached: measured <= limit,
});

/** The medians against the design's aims (section 11). Nothing fails by them. */
export function orderAims(figures: Figures): readonly Aim[] {
  const median = (name: string): number => figures.of(name).median;
  return [
    aimOf('order to relay, above its floor', 'ms', median(names.relay) - median(names.floor), 5),
    aimOf('order to sound, cached', 'ms', median(names.sound), 10),
    aimOf('start to online', 'ms', median(names.start), 300),
    aimOf('resident memory, idle', 'MB', median(names.idle), 75),
  ];
}
