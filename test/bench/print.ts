import type { Figure } from './figures.ts';
import type { Machine } from './machine.ts';
import type { Aim, Ratio } from './summary.ts';

export interface Results {
  readonly machine: Machine;
  readonly figures: readonly Figure[];
  readonly ratios: readonly Ratio[];
  readonly aims: readonly Aim[];
  /** True when the time was up before all rounds were done. */
  readonly cutShort: boolean;
}

/** The results as a person reads them. */
export function inWords({ machine, figures, ratios, aims, cutShort }: Results): string {
  const { processor, cores, memoryGB, node, ffmpeg, load } = machine;
  const width = Math.max(...figures.map(({ name }) => name.length));
  const number = (value: number): string => value.toFixed(2).padStart(9);
  const row = ({ name, unit, rounds, median, p99, least, most }: Figure): string =>
    `${name.padEnd(width)} ${number(median)} ${number(p99)} ${number(least)} ${number(most)}  ${unit} ${String(rounds).padStart(6)}`;
  return [
    `${processor}, ${cores} cores, ${memoryGB} GB; Node ${node}; ffmpeg ${ffmpeg}; load ${load.toFixed(2)}`,
    ...(cutShort ? ['the time was up before all rounds were done'] : []),
    '',
    `${''.padEnd(width)}    median       p99     least      most     rounds`,
    ...figures.map(row),
    '',
    'Ratios of medians',
    ...ratios.map(({ of, to, ratio }) => `${ratio.toFixed(2).padStart(8)} ×  ${of}  /  ${to}`),
    '',
    'Aims (medians)',
    ...aims.map(
      ({ aim, measured, limit, unit, reached }) =>
        `  ${reached ? 'reached' : 'missed '}  ${aim}: ${measured.toFixed(2)} ${unit} (aim ≤ ${limit} ${unit})`,
    ),
    '',
  ].join('\n');
}
