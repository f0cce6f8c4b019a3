import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import type { Receive, Wire } from './wire.ts';

/** A serial server. It serves one station at a time: whoever comes later takes the wire over. */
export class TcpWire implements Wire {
  readonly #receive: Receive;
  #port: number;
  #server: Server | undefined;
  #station: Socket | undefined;

  /** Port 0 is any free port; it stays the same when the wire is plugged in again. */
  constructor(port: number, receive: Receive) {
    this.#port = port;
    this.#receive = receive;
  }

  get line(): string {
    return `tcp://127.0.0.1:${this.#port}`;
  }

  send(bytes: Buffer): void {
    this.#station?.write(bytes);
  }

  async plug(): Promise<void> {
    if (this.#server !== undefined) return;
    const server = createServer({ noDelay: true }, (socket) => this.#serve(socket));
    server.listen(this.#port, '127.0.0.1');
    await once(server, 'listening');
    this.#server = server;
    const address = server.address();
    if (typeof address === 'object' && address !== null) this.#port = address.port;
  }

  async unplug(): Promise<void> {
    const server = this.#server;
    if (server === undefined) return;
    this.#server = undefined;
    server.close();
    this.#station?.destroy();
    await once(server, 'close');
  }

  #serve(socket: Socket): void {
    this.#station?.destroy();
    this.#station = socket;
    socket.on('data', this.#receive);
    // A station that vanishes is no news to a serial server.
    socket.on('error', () => {});
    socket.on('close', () => {
      if (this.#station === socket) this.#station = undefined;
    });
  }
}
