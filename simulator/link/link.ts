import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { createPipe, type Pipe } from './pipe.ts';

/** The wire between a station and its broker, in the hands of whoever wants to harm it. */
export interface Link {
  /** What the station connects to, like `mqtt://127.0.0.1:port`; stays the same through cut and restore. */
  readonly url: string;
  /** Connections that are open now. */
  readonly connections: number;
  /** Nothing passes in either direction, and neither end is told: a half-open connection. */
  freeze(on: boolean): void;
  /** Everything takes this much longer, in each direction. */
  delay(ms: number): void;
  /** Breaks every connection with a TCP reset; new ones are let through. */
  reset(): void;
  /** Breaks every connection and refuses new ones, until `restore`. */
  cut(): Promise<void>;
  restore(): Promise<void>;
  close(): Promise<void>;
}

/** Hears what passes on one connection, before it is passed on. */
export interface Ear {
  up(chunk: Buffer): void;
  down(chunk: Buffer): void;
}

interface Connection {
  readonly station: Socket;
  readonly broker: Socket;
  readonly up: Pipe;
  readonly down: Pipe;
}

/**
 * Starts the wire to `broker` (`mqtt://host:port` or `mqtts://…`) on a free port of this machine. `listen` gives each new connection
 * an ear of its own.
 */
export async function startLink(broker: string, listen?: () => Ear): Promise<Link> {
  const target = new URL(broker);
  const connections = new Set<Connection>();
  let delayMs = 0;
  let frozen = false;

  const server = createServer({ allowHalfOpen: true, noDelay: true }, (station) => {
    const towardsBroker = connect({
      host: target.hostname,
      port: Number(target.port || (target.protocol === 'mqtts:' ? 8883 : 1883)),
      allowHalfOpen: true,
      noDelay: true,
    });
    const ear = listen?.();
    const connection: Connection = {
      station,
      broker: towardsBroker,
      up: createPipe({
        from: station,
        to: towardsBroker,
        delayMs: () => delayMs,
        split: (chunk) => {
          ear?.up(chunk);
          return [chunk];
        },
      }),
      down: createPipe({
        from: towardsBroker,
        to: station,
        delayMs: () => delayMs,
        split: (chunk) => {
          ear?.down(chunk);
          return [chunk];
        },
      }),
    };
    connections.add(connection);
    for (const [one, other] of [
      [station, towardsBroker],
      [towardsBroker, station],
    ] as const) {
      one.on('error', () => other.destroy());
      one.on('close', () => {
        other.destroy();
        connections.delete(connection);
      });
    }
    if (frozen) freezeOne(connection, true);
  });

  const open = async (port: number): Promise<void> => {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  };
  await open(0);
  const { port } = server.address() as AddressInfo;

  const stopListening = async (): Promise<void> => {
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    for (const { station, broker: towardsBroker } of connections) {
      station.resetAndDestroy();
      towardsBroker.destroy();
    }
    await closed;
  };

  return {
    url: `${target.protocol}//127.0.0.1:${port}`,
    get connections() {
      return connections.size;
    },
    freeze(on) {
      frozen = on;
      for (const connection of connections) freezeOne(connection, on);
    },
    delay(ms) {
      delayMs = ms;
    },
    reset() {
      for (const { station, broker: towardsBroker } of connections) {
        station.resetAndDestroy();
        towardsBroker.resetAndDestroy();
      }
    },
    cut: stopListening,
    async restore() {
      if (!server.listening) await open(port);
    },
    close: stopListening,
  };
}

function freezeOne(connection: Connection, on: boolean): void {
  connection.up.freeze(on);
  connection.down.freeze(on);
}
