import { resolve } from 'node:path';
import { type ParseArgsConfig, parseArgs } from 'node:util';
import type { ProvisionWords } from './words.ts';
import { parseWiring, type WiredZone } from './zone-plan.ts';

/** Every question's answer, as far as the command line gives it. */
export interface Flags {
  readonly config: string;
  readonly state: string;
  readonly by: string | undefined;
  readonly centre: string | undefined;
  readonly code: string | undefined;
  /** `auto` looks everywhere; several are looked at alone. */
  readonly lines: readonly string[];
  readonly baud: number;
  readonly zones: readonly WiredZone[];
  readonly heard: readonly string[];
  readonly notHeard: readonly string[];
  readonly again: boolean;
  readonly device: string | undefined;
  readonly player: string | undefined;
  /** Percent of full level. */
  readonly volume: number;
  readonly service: boolean;
  readonly airing: boolean;
  readonly waitMs: number;
  /** Folder of the acceptance record. */
  readonly record: string;
  readonly unattended: boolean;
  readonly json: boolean;
  readonly verbose: boolean;
  readonly help: boolean;
}

/** The command line cannot be understood; the message says why, in the technician's language. */
export class FlagError extends Error {
  override readonly name = 'FlagError';
}

const options = () =>
  ({
    config: { type: 'string', short: 'c', default: '/etc/loa/agent.toml' },
    state: { type: 'string', default: '/var/lib/loa' },
    by: { type: 'string' },
    centre: { type: 'string' },
    code: { type: 'string' },
    line: { type: 'string', multiple: true, default: ['auto'] },
    baud: { type: 'string', default: '115200' },
    zone: { type: 'string', multiple: true, default: [] },
    heard: { type: 'string', multiple: true, default: [] },
    'not-heard': { type: 'string', multiple: true, default: [] },
    again: { type: 'boolean', default: false },
    device: { type: 'string' },
    player: { type: 'string' },
    volume: { type: 'string', default: '50' },
    'no-service': { type: 'boolean', default: false },
    'no-airing': { type: 'boolean', default: false },
    wait: { type: 'string', default: '300' },
    record: { type: 'string', default: '.' },
    unattended: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    verbose: { type: 'boolean', short: 'v', default: false },
    help: { type: 'boolean', short: 'h', default: false },
    lang: { type: 'string' },
  }) satisfies ParseArgsConfig['options'];

/** Throws FlagError. */
export function readFlags(args: readonly string[], words: ProvisionWords): Flags {
  const values = parse(args);
  const zones = values.zone.map((text) => {
    const wiring = parseWiring(text);
    if (wiring === undefined) throw new FlagError(words.badZone(text));
    return wiring;
  });
  const number = (flag: string, text: string, least: number, most: number): number => {
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (!(value >= least && value <= most)) throw new FlagError(words.badNumber(flag));
    return value;
  };
  const [config, state] = [resolve(values.config), resolve(values.state)];
  const { by, centre, code, heard, again, device, player, record, json, verbose, help } = values;
  return {
    ...{ config, state, by, centre, code, zones, heard, again, device, player, record, json, verbose, help },
    lines: values.line,
    baud: number('--baud', values.baud, 1_200, 1_000_000),
    notHeard: values['not-heard'],
    volume: number('--volume', values.volume, 1, 100),
    service: !values['no-service'],
    airing: !values['no-airing'],
    waitMs: number('--wait', values.wait, 1, 86_400) * 1_000,
    unattended: values.unattended || json,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: options(), strict: true, allowPositionals: false }).values;
  } catch (cause) {
    throw new FlagError((cause as Error).message, { cause });
  }
}
