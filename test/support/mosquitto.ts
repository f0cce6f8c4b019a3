import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port.ts';
import { until } from './until.ts';

const program = ['/usr/sbin/mosquitto', '/usr/local/sbin/mosquitto', '/opt/homebrew/sbin/mosquitto'].find(existsSync);

/** Why tests with Mosquitto cannot run here; false where they can. */
export const noMosquitto: string | false = program === undefined ? 'mosquitto is not installed' : false;

/** What a broker with TLS shows, and whom it believes; all in PEM. */
export interface MosquittoTls {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

/** A Mosquitto of its own, without persistence, on a free loopback port. */
export class Mosquitto {
  readonly url: string;
  readonly #folder: string;
  #child: ChildProcess | undefined;

  private constructor(folder: string, url: string) {
    this.#folder = folder;
    this.url = url;
  }

  /** With `tls` it takes clients with a certificate alone, and a client's user is the name in it. */
  static async start({ tls, acl }: { tls?: MosquittoTls; acl?: string } = {}): Promise<Mosquitto> {
    const folder = await mkdtemp(join(tmpdir(), 'loa-mosquitto-'));
    const port = await freePort();
    // Started by root it would change to a user of its own, which a container may not have.
    const user = process.getuid?.() === 0 ? 'user root\n' : '';
    const lines = [`${user}listener ${port} 127.0.0.1`, 'allow_anonymous true', 'persistence false'];
    for (const [option, file, content] of [
      ['cafile', 'authority.crt', tls?.ca],
      ['certfile', 'server.crt', tls?.cert],
      ['keyfile', 'server.key', tls?.key],
      ['acl_file', 'acl', acl],
    ] as const) {
      if (content === undefined) continue;
      await writeFile(join(folder, file), content, { mode: 0o600 });
      lines.push(`${option} ${join(folder, file)}`);
    }
    if (tls) lines.push('require_certificate true', 'use_identity_as_username true', 'tls_version tlsv1.3');
    await writeFile(join(folder, 'mosquitto.conf'), `${lines.join('\n')}\n`);
    const mosquitto = new Mosquitto(folder, `${tls ? 'mqtts' : 'mqtt'}://127.0.0.1:${port}`);
    await mosquitto.resume();
    return mosquitto;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Starts it again after `kill`, on the same port and with an empty memory. */
  async resume(): Promise<void> {
    this.#child = spawn(program ?? '', ['-c', join(this.#folder, 'mosquitto.conf')], { stdio: 'ignore' });
    await until('Mosquitto to listen', () => canConnect(Number(new URL(this.url).port)));
  }

  async kill(): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }

  async close(): Promise<void> {
    await this.kill();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

export function canConnect(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
