import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { chown, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { freePort } from './free-port.ts';
import { until } from './until.ts';

const run = promisify(execFile);
const versions = '/usr/lib/postgresql';
const binaries = existsSync(versions)
  ? readdirSync(versions)
      .map((version) => join(versions, version, 'bin'))
      .filter((folder) => existsSync(join(folder, 'initdb')))
      .sort()
      .at(-1)
  : undefined;

/** Why tests with PostgreSQL cannot run here; false where they can. */
export const noPostgres: string | false = binaries === undefined ? 'PostgreSQL is not installed' : false;

/** A PostgreSQL server of its own in a temporary folder, on a free loopback port. */
export class Postgres {
  readonly url: string;
  readonly #folder: string;
  readonly #child: ChildProcess;

  private constructor(folder: string, port: number, child: ChildProcess) {
    this.#folder = folder;
    this.#child = child;
    this.url = `postgres://loa@127.0.0.1:${port}/postgres`;
  }

  static async start(): Promise<Postgres> {
    const folder = await mkdtemp(join(tmpdir(), 'loa-postgres-'));
    const port = await freePort();
    // It refuses to run as root.
    const user = process.getuid?.() === 0 ? unprivileged() : undefined;
    if (user !== undefined) await chown(folder, user.uid, user.gid);
    const at = { ...user, cwd: folder };
    const bin = binaries ?? '';
    await run(join(bin, 'initdb'), ['-D', join(folder, 'data'), '-U', 'loa', '-A', 'trust', '--no-sync'], at);
    const settings = ['-c', 'listen_addresses=127.0.0.1', '-c', 'fsync=off', '-k', folder, '-p', String(port)];
    const child = spawn(join(bin, 'postgres'), ['-D', join(folder, 'data'), ...settings], { ...at, stdio: 'ignore' });
    const postgres = new Postgres(folder, port, child);
    const ready = () => run(join(bin, 'pg_isready'), ['-h', '127.0.0.1', '-p', String(port)], at);
    try {
      await until('PostgreSQL to be ready', () =>
        ready().then(
          () => true,
          () => false,
        ),
      );
    } catch (error) {
      await postgres.close();
      throw error;
    }
    return postgres;
  }

  /** Makes one more database in this server; gives its URL. */
  async database(name: string): Promise<string> {
    const client = new pg.Client({ connectionString: this.url });
    await client.connect();
    await client.query(`create database ${name}`);
    await client.end();
    return this.url.replace(/postgres$/, name);
  }

  async close(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const exited = once(this.#child, 'exit');
      // Immediate shutdown: nothing here is worth a checkpoint.
      this.#child.kill('SIGQUIT');
      await exited;
    }
    await rm(this.#folder, { recursive: true, force: true });
  }
}

function unprivileged(): { uid: number; gid: number } {
  for (const name of ['postgres', 'nobody']) {
    try {
      const id = (flag: string) => Number(execFileSync('id', [flag, name], { stdio: ['ignore', 'pipe', 'ignore'] }));
      return { uid: id('-u'), gid: id('-g') };
    } catch {
      // No such user here.
    }
  }
  throw new Error('neither the user postgres nor nobody exists');
}
