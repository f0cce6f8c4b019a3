import { X509Certificate } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { control } from '../control/commands.ts';
import { thisSystem, UNIT } from '../service/system.ts';
import { software } from '../software.ts';
import type { Examined, Patient } from './patient.ts';
import { readOwn } from './read-own.ts';
import { withoutSecrets } from './without-secrets.ts';

/** Some days of an ordinary station. */
const LOG_LINES = 5_000;
const KERNEL_LINES = 500;

/** Writes the archive (tar.gz, 0600): findings, configuration, state and logs, without secrets. Throws when it cannot. */
export async function bundle(file: string, { findings, patient }: Examined, config: string): Promise<void> {
  const system = patient?.system ?? thisSystem();
  const folder = await mkdtemp(join(tmpdir(), 'loa-bundle-'));
  try {
    const inside = join(folder, 'loa-doctor');
    await mkdir(inside);
    const keep = (name: string, text: string) => writeFile(join(inside, name), withoutSecrets(text), { mode: 0o600 });
    const output = async (name: string, program: string, ...args: readonly string[]) => {
      const { code, stdout, stderr } = await system.run(program, ...args);
      // Of a program that is not on this machine nothing is kept; of one that failed whatever it said.
      if (code !== 127 || stdout !== '') await keep(name, `${stdout}${stderr}`);
    };
    const made = { at: new Date().toISOString(), software: software(), node: process.version, findings };
    await keep('doctor.json', JSON.stringify(made, undefined, 2));
    await keep('agent.toml', await readFile(config, 'utf8').catch(String));
    if (patient !== undefined) await keepState(patient, keep);
    const log = ['--no-pager', '--output', 'short-iso', '--lines'];
    await output('agent.log', 'journalctl', '--unit', UNIT, ...log, String(LOG_LINES));
    await output('kernel.log', 'journalctl', '--dmesg', ...log, String(KERNEL_LINES));
    await output('service.txt', 'systemctl', 'status', UNIT, '--no-pager', '--full');
    await output('machine.txt', 'uname', '--all');
    await output('disks.txt', 'df', '--human-readable');
    await output('sound.txt', 'aplay', '--list-devices');
    await output('time.txt', 'timedatectl', 'show', '--all');
    await output('addresses.txt', 'ip', '--brief', 'address');
    await output('serial.txt', 'ls', '-l', '/dev/serial/by-id');
    const packed = await system.run(
      'tar',
      '--create',
      '--gzip',
      '--file',
      resolve(file),
      '--directory',
      folder,
      'loa-doctor',
    );
    if (packed.code !== 0) throw new Error(packed.stderr.trim() || `tar ended with ${packed.code}`);
    await chmod(file, 0o600);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function keepState(
  { configuration, running, system }: Patient,
  keep: (name: string, text: string) => Promise<void>,
): Promise<void> {
  const { certificate } = configuration.link;
  if (certificate !== undefined) await keep('certificate.pem', await certificateIn(certificate).catch(String));
  const { stdout } = await system.run('ls', '-lR', '--time-style=full-iso', configuration.state);
  await keep('state.txt', stdout);
  if (running === undefined) return;
  await keep('status.json', JSON.stringify(running, undefined, 2));
  const history = await control(configuration.state, 'history', []);
  await keep('history.json', JSON.stringify(history, undefined, 2));
}

/** Whatever else lies where the configuration says, which is the service's own, is none of a bundle's. */
const certificateIn = async (file: string): Promise<string> => new X509Certificate(await readOwn(file)).toString();
