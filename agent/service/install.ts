import { existsSync } from 'node:fs';
import { realpath, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { loadConfiguration } from '../configuration/load.ts';
import { handOver, type Owner } from './hand-over.ts';
import { ServiceError } from './service-error.ts';
import { type System, thisSystem, UNIT } from './system.ts';
import { GROUPS, USER, unitText } from './unit.ts';

export interface InstallOptions {
  /** The station's configuration file. */
  readonly config: string;
  readonly system?: System;
  /** The agent's main file; the one that runs now. */
  readonly program?: string;
}

export interface Installed {
  readonly unit: string;
  /** Whether the agent runs now; false only where systemd does not run this machine. */
  readonly started: boolean;
}

/**
 * Makes the agent a service of this machine: makes its user, hands the configuration and the state over to it, writes
 * the unit, enables and starts it. Resolves when the agent has said that it is ready. Done again, it renews all of that
 * and restarts. Throws ConfigurationError, or ServiceError.
 */
export async function installService({ system = thisSystem(), ...options }: InstallOptions): Promise<Installed> {
  const { config } = options;
  const configuration = await loadConfiguration(config);
  const text = await serviceUnit({ ...options, system });
  if (!system.isRoot) throw new ServiceError('not-root', 'root is needed');
  if ((await system.run('id', '-u', USER)).code !== 0) {
    const home = ['--no-create-home', '--home-dir', '/nonexistent', '--shell', '/usr/sbin/nologin'];
    await succeed(system, 'useradd', '--system', '--user-group', ...home, USER);
  }
  await handOver({ configuration, config, owner: await ownerOf(system) });
  await write(system.unitFile, text);
  if (!system.hasSystemd) return { unit: system.unitFile, started: false };
  await succeed(system, 'systemctl', 'daemon-reload');
  await succeed(system, 'systemctl', 'enable', UNIT);
  await start(system);
  // A bundled agent writes down when it ends what a start compiles: the start after a power cut is to have it.
  if (existsSync(join(dirname(await realpath(options.program ?? runningProgram())), 'bundle.js'))) await start(system);
  return { unit: system.unitFile, started: true };
}

async function start(system: System): Promise<void> {
  const { code } = await system.run('systemctl', 'restart', UNIT);
  if (code === 0) return;
  const { stdout } = await system.run('journalctl', '--unit', UNIT, '--lines', '12', '--no-pager', '--output', 'cat');
  throw new ServiceError('not-started', stdout.trim());
}

const runningProgram = (): string => process.argv[1] ?? '';

/** The unit for this machine and this configuration. Throws ConfigurationError, or ServiceError `in-home`. */
export async function serviceUnit({
  config,
  system = thisSystem(),
  program = runningProgram(),
}: InstallOptions): Promise<string> {
  const configuration = await loadConfiguration(config);
  const main = await realpath(program);
  const paths = [process.execPath, main, resolve(config), resolve(configuration.state)];
  const inHome = paths.find((path) => /^\/(?:home|root|run\/user)\//.test(path));
  if (inHome !== undefined) throw new ServiceError('in-home', inHome);
  const found = await Promise.all(GROUPS.map((group) => system.run('getent', 'group', group)));
  const groups = GROUPS.filter((_, at) => found[at]?.code === 0);
  // As the first line of the agent's main file has it.
  const command = [process.execPath, '--max-semi-space-size=1', main];
  return unitText({ configuration, config: resolve(config), command, groups });
}

/** Disables, ends and forgets the service; configuration, state and user stay. Throws ServiceError. */
export async function removeService(system: System = thisSystem()): Promise<void> {
  if (!system.isRoot) throw new ServiceError('not-root', 'root is needed');
  if (system.hasSystemd) await succeed(system, 'systemctl', 'disable', '--now', UNIT);
  await rm(system.unitFile, { force: true });
  if (system.hasSystemd) await succeed(system, 'systemctl', 'daemon-reload');
}

/** What runs and what is installed. */
export interface ServiceState {
  readonly installed: boolean;
  readonly enabled: boolean;
  /** As systemd calls it: active, activating, failed, inactive; unknown without systemd. */
  readonly active: string;
  /** How often systemd has started it again since the machine began. */
  readonly restarts?: number;
}

export async function serviceState(system: System = thisSystem()): Promise<ServiceState> {
  const installed = existsSync(system.unitFile);
  if (!system.hasSystemd) return { installed, enabled: false, active: 'unknown' };
  const shown = await system.run('systemctl', 'show', UNIT, '--property', 'ActiveState,UnitFileState,NRestarts');
  const facts = new Map(shown.stdout.split('\n').map((line) => line.split('=', 2) as [string, string]));
  const restarts = Number(facts.get('NRestarts'));
  return {
    installed,
    enabled: facts.get('UnitFileState') === 'enabled',
    active: facts.get('ActiveState') ?? 'unknown',
    ...(Number.isInteger(restarts) && { restarts }),
  };
}

async function succeed(system: System, program: string, ...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await system.run(program, ...args);
  if (code === 0) return stdout.trim();
  throw new ServiceError('program-failed', `${program} ${args[0]}: ${stderr.trim() || `it ended with ${code}`}`);
}

async function ownerOf(system: System): Promise<Owner> {
  const [uid, gid] = [await succeed(system, 'id', '-u', USER), await succeed(system, 'id', '-g', USER)].map(Number);
  return { uid: uid ?? -1, gid: gid ?? -1 };
}

async function write(path: string, text: string): Promise<void> {
  try {
    await writeFile(`${path}.new`, text, { mode: 0o644, flush: true });
    await rename(`${path}.new`, path);
  } catch (cause) {
    throw new ServiceError('cannot-write', (cause as Error).message, cause);
  }
}
