import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { parse as parseToml, TomlError } from 'smol-toml';
import * as v from 'valibot';
import { type Policy, policySchema } from '../../protocol/policy.ts';
import { CentreClient } from './client.ts';
import { CommandFailure, type Console } from './console.ts';
import { type CommonOptions, withCommon } from './options.ts';

interface PolicyOptions extends CommonOptions {
  readonly all?: true;
  readonly file?: string;
  readonly clear?: true;
}

const inForceSchema = v.object({
  version: v.optional(v.number()),
  policies: v.object({ all: v.optional(policySchema), station: v.optional(policySchema) }),
  stations: v.number(),
  waiting: v.array(v.string()),
});
type InForce = v.InferOutput<typeof inForceSchema>;

/** `loa-broker stations policy`: sets, clears or shows what stations must not do whatever they are ordered [P-67]. */
export function addPolicyCommand(stations: Command, console: Console): void {
  const { words } = console;
  withCommon(stations.command('policy').description(words.policy.about), console)
    .argument('[station]', words.policy.station)
    .option('--all', words.policy.all)
    .option('--file <toml|json>', words.policy.file)
    .option('--clear', words.policy.clear)
    .action(async (station: string | undefined, options: PolicyOptions) => {
      if ((station === undefined) === (options.all === undefined))
        throw new CommandFailure(2, words.policy.needsTarget);
      if (options.file !== undefined && options.clear) throw new CommandFailure(2, words.policy.fileAndClear);
      const policy = options.file === undefined ? null : await readPolicy(options.file, console);
      const centre = await CentreClient.find(options.data, console);
      const path = station === undefined ? '/api/policy' : `/api/stations/${encodeURIComponent(station)}/policy`;
      const shown =
        options.file === undefined && options.clear === undefined
          ? await centre.get(path, inForceSchema)
          : await centre.post(path, { policy }, inForceSchema);
      console.out(options.json ? JSON.stringify(shown) : described(shown, station, console));
    });
}

/** The file's content, as it is; the centre names every bad field of it. */
async function readPolicy(file: string, { words }: Console): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch {
    throw new CommandFailure(2, words.policy.noFile(file));
  }
  try {
    return file.endsWith('.json') ? JSON.parse(text) : parseToml(text);
  } catch (error) {
    const where = error instanceof TomlError ? `${error.line}:${error.column}` : (error as Error).message;
    throw new CommandFailure(2, words.policy.unreadable(file, where));
  }
}

function described({ policies, stations, waiting }: InForce, station: string | undefined, console: Console): string {
  const { words } = console;
  const lines = [`${words.policy.ofAll}: ${rules(policies.all, console)}`];
  if (station !== undefined) lines.push(`${words.policy.ofStation(station)}: ${rules(policies.station, console)}`);
  const named = waiting.length > 10 ? [...waiting.slice(0, 10), '…'] : waiting;
  lines.push(words.policy.kept(stations - waiting.length, stations));
  if (waiting.length > 0) lines.push(words.policy.waiting(named.join(', ')));
  return lines.join('\n');
}

function rules(policy: Policy | undefined, { words }: Console): string {
  if (policy === undefined) return words.policy.none;
  const span = ({ from, to }: { from: string; to: string }) => `${from}–${to}`;
  const said = [
    ...(policy.quietHours.length === 0 ? [] : [words.policy.quiet(policy.quietHours.map(span).join(', '))]),
    ...(policy.dailyMinutes === undefined ? [] : [words.policy.minutes(policy.dailyMinutes)]),
    ...policy.volumeCeilings.map(({ percent, zones, hours }) => {
      const where = [...(zones ?? []), ...(hours ? [span(hours)] : [])].join(', ');
      return words.policy.ceiling(percent, where === '' ? '' : ` (${where})`);
    }),
  ];
  return said.length === 0 ? words.policy.none : [...said, words.policy.timeZone(policy.timeZone)].join('; ');
}
