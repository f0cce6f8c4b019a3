import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { lstat, unlink } from 'node:fs/promises';
import type { Readable, Writable } from 'node:stream';
import type { Receive, Wire } from './wire.ts';

type Socat = ChildProcessByStdio<Writable, Readable, Readable>;

/**
 * A serial device that is not there: socat makes the pty, we are its other end. Unplugged, socat is killed and the
 * device is gone for whoever has it open.
 */
export class PtyWire implements Wire {
  readonly #path: string;
  readonly #receive: Receive;
  #socat: Socat | undefined;

  constructor(path: string, receive: Receive) {
    this.#path = path;
    this.#receive = receive;
  }

  get line(): string {
    return `serial:${this.#path}`;
  }

  send(bytes: Buffer): void {
    this.#socat?.stdin.write(bytes);
  }

  async plug(): Promise<void> {
    if (this.#socat !== undefined) return;
    await this.#removeLink();
    // `ignoreeof`: the device outlives the station that closes it. `-t 0`: socat ends when our process does.
    const pty = `pty,raw,echo=0,ignoreeof,link=${this.#path}`;
    const socat = spawn('socat', ['-d', '-d', '-t', '0', pty, 'STDIO'], { stdio: ['pipe', 'pipe', 'pipe'] });
    socat.stdin.on('error', () => {});
    socat.stdout.on('data', this.#receive);
    await ready(socat);
    this.#socat = socat;
    socat.once('exit', () => {
      if (this.#socat === socat) this.#socat = undefined;
    });
  }

  async unplug(): Promise<void> {
    const socat = this.#socat;
    if (socat === undefined) return;
    this.#socat = undefined;
    const gone = once(socat, 'exit');
    socat.kill('SIGKILL');
    await gone;
    await this.#removeLink();
  }

  /** A killed socat leaves its link behind. Anything but a link is not ours to remove. */
  async #removeLink(): Promise<void> {
    const found = await lstat(this.#path).catch(() => undefined);
    if (found?.isSymbolicLink()) await unlink(this.#path);
    else if (found !== undefined) throw new Error(`${this.#path} is in the way of the virtual serial device`);
  }
}

async function ready(socat: Socat): Promise<void> {
  let said = '';
  await new Promise<void>((resolve, reject) => {
    socat.stderr.on('data', (chunk: Buffer) => {
      if (said.length < 10_000) said += chunk.toString();
      if (said.includes('starting data transfer loop')) resolve();
    });
    socat.once('error', (cause) => reject(new Error('socat does not start; is it installed?', { cause })));
    socat.once('exit', () => reject(new Error(`socat ended: ${said.trim()}`)));
  });
}
