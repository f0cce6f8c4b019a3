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

/** A Mosquitto of its own, without persistence, on a free loopback port. */
export class Mosquitto {
  readonly url: string;
  readonly #folder: string;
  #child: ChildProcess | undefined;

  private constructor(folder: string, port: number) {
    this.#folder = folder;
    this.url = `mqtt://127.0.0.1:${port}`;
  }

  static async start(): Promise<Mosquitto> {
    const folder = await mkdtemp(join(tmpdir(), 'loa-mosquitto-'));
    const port = await freePort();
    // Started by root it would change to a user of its own, which a container may not have.
    const user = process.getuid?.() === 0 ? 'user root\n' : '';
    await writeFile(
      join(folder, 'mosquitto.conf'),
      `${user}listener ${port} 127.0.0.1\nallow_anonymous true\npersistence false\n`,
    );
    const mosquitto = new Mosquitto(folder, port);
    await mosquitto.resume();
    return mosquitto;
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
