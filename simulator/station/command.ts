import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { streamLog } from '../../agent/entry.ts';
import { type CommandContext, inOurWords } from '../command.ts';
import type { VirtualZone } from './configuration-file.ts';
import { runConsole } from './console.ts';
import { startVirtualStation } from './station.ts';

interface Options {
  readonly directory?: string;
  readonly centre: string;
  readonly root: string;
  readonly broker: string;
  readonly station: string;
  readonly name?: string;
  readonly zone: readonly VirtualZone[];
  readonly transport: 'pty' | 'tcp';
  readonly agent: 'process' | 'none';
  readonly json?: boolean;
}

/** `loa-sim station` */
export function stationCommand({ words, signal, finish }: CommandContext): Command {
  const say = words.station;
  const zone = (given: string, before: readonly VirtualZone[] = []): readonly VirtualZone[] => {
    const [, id, name] = /^([a-z0-9-]+)=(.+)$/.exec(given) ?? [];
    if (id === undefined || name === undefined) throw new InvalidArgumentError(words.badZone(given));
    return [...before, { id, name }];
  };
  return inOurWords(new Command('station'), words)
    .description(say.summary)
    .requiredOption('--centre <id>', say.centre)
    .requiredOption('--root <key>', say.root)
    .requiredOption('--broker <url>', say.broker)
    .requiredOption('--station <id>', say.id)
    .requiredOption('--zone <id=name>', say.zone, zone)
    .option('--name <name>', say.name)
    .option('--directory <folder>', say.directory)
    .addOption(new Option('--transport <line>', say.transport).choices(['pty', 'tcp']).default('pty'))
    .addOption(new Option('--agent <how>', say.agent).choices(['process', 'none']).default('process'))
    .option('--json', say.json)
    .addHelpText('after', say.examples)
    .action(async (options: Options) => finish(await runStation(options, { words, signal })));
}

async function runStation(
  options: Options,
  { words, signal }: Pick<CommandContext, 'words' | 'signal'>,
): Promise<number> {
  const print = (text: string, details?: object): void => {
    process.stdout.write(options.json ? `${JSON.stringify(details ?? { say: text })}\n` : `${text}\n`);
  };
  const directory = resolve(options.directory ?? (await mkdtemp(join(tmpdir(), `loa-${options.station}-`))));
  const zones = options.zone.map(({ id }) => id);
  const starting = startVirtualStation({
    directory,
    centre: options.centre,
    root: options.root,
    brokerUrl: options.broker,
    station: options.station,
    name: options.name ?? options.station,
    zones: options.zone,
    transport: options.transport,
    agent: options.agent,
    onAgentLine: (line) => print(`  loa-agent: ${line}`, { agent: line }),
    log: streamLog(process.stderr),
  });
  const station = await starting.catch((error: Error) => error);
  if (station instanceof Error) {
    process.stderr.write(`${words.failed(station.message)}\n`);
    return 1;
  }
  station.loudspeaker.timeline.listen((event) => {
    print(`${event.at}  ${words.happened(event)}`, event);
  });
  try {
    print(words.running(options.station, station.controller.line, directory), {
      running: {
        station: options.station,
        line: station.controller.line,
        directory,
        configuration: station.configuration,
      },
    });
    await runConsole({ station, zones, input: process.stdin, words, answer: print, signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    await station.close();
    process.stdin.destroy();
  }
  return 0;
}
