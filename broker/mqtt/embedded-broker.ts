import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { Aedes, type AuthenticateError, type PublishPacket } from 'aedes';
import type { Log } from '../log.ts';
import { accessFor } from './access.ts';
import { capPackets } from './capped-socket.ts';

export interface EmbeddedBrokerOptions {
  readonly centre: string;
  readonly host: string;
  /** 0 for any free port. */
  readonly port: number;
  readonly log: Log;
}

export interface EmbeddedBroker {
  readonly aedes: Aedes;
  /** Lets clients in; returns the broker's URL. */
  listen(): Promise<string>;
  /** What was refused since the start. */
  readonly refused: { publishes: number; subscriptions: number; connections: number; oversized: number };
  close(): Promise<void>;
}

const NOT_AUTHORISED = 5;
const IDENTIFIER_REJECTED = 2;
/** Where refused publishes go: nobody may subscribe here, and aedes itself keeps its topics below `$SYS`. */
const NOWHERE = '$SYS/loa/refused';
// A reader that takes nothing for this long is cut off; each publish waits for the slowest reader.
const DRAIN_TIMEOUT_MS = 15_000;

/** Makes an MQTT broker in this process: in memory, clean sessions only, packets capped, everyone to their own topics. */
export async function makeEmbeddedBroker(options: EmbeddedBrokerOptions): Promise<EmbeddedBroker> {
  const { log } = options;
  const access = accessFor(options.centre);
  const refused = { publishes: 0, subscriptions: 0, connections: 0, oversized: 0 };

  const aedes = await Aedes.createBroker({
    maxClientsIdLength: 64,
    drainTimeout: DRAIN_TIMEOUT_MS,
    // Unlimited, or a hundred frozen readers would hold up everybody: it is not a limit per client but one for all.
    concurrency: 0,

    authenticate: (client, _username, _password, done) => {
      const refuse = (returnCode: number, reason: string) => {
        refused.connections++;
        log('warn', 'connection-refused', { client: client.id.slice(0, 64), reason });
        done(Object.assign(new Error(reason), { returnCode }) as AuthenticateError, null);
      };
      if (!access.isIdentity(client.id)) refuse(IDENTIFIER_REJECTED, 'client id is not a name of ours');
      else if (!client.clean) refuse(NOT_AUTHORISED, 'only clean sessions [P-2]');
      else done(null, true);
    },

    // A refused publish is taken and dropped: a disconnect, or no PUBACK, would make its client send it for ever.
    authorizePublish: (client, packet, done) => {
      if (client === null || !access.mayPublish(client.id, packet.topic)) {
        refused.publishes++;
        log('warn', 'publish-refused', { client: client?.id, topic: packet.topic.slice(0, 200) });
        sendNowhere(packet);
      } else if (packet.retain && !access.mayRetain(packet.topic)) {
        packet.retain = false;
      }
      done(null);
    },

    authorizeSubscribe: (client, subscription, done) => {
      if (access.maySubscribe(client.id, subscription.topic)) return done(null, subscription);
      refused.subscriptions++;
      log('warn', 'subscription-refused', { client: client.id, filter: subscription.topic.slice(0, 200) });
      return done(null, null);
    },

    authorizeForward: (client, packet) => (access.mayReceive(client.id, packet.topic) ? packet : null),
  });
  aedes.on('clientError', (client, error) => log('debug', 'client-error', { client: client.id, error }));
  aedes.on('connectionError', (_client, error) => log('debug', 'connection-error', { error }));
  (aedes as NodeJS.EventEmitter).on('error', (error: unknown) => log('error', 'broker-error', { error }));

  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    socket.setNoDelay(true);
    const peer = socket.remoteAddress;
    const capped = capPackets(socket, () => {
      refused.oversized++;
      log('warn', 'packet-too-large', { peer });
    });
    aedes.handle(capped);
  });
  return {
    aedes,
    refused,
    listen: async () => {
      const port = await listen(server, options.host, options.port);
      return `mqtt://${options.host.includes(':') ? `[${options.host}]` : options.host}:${port}`;
    },
    close: async () => {
      const closed = server.listening ? once(server, 'close') : undefined;
      server.close();
      await new Promise<void>((resolve) => aedes.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

function sendNowhere(packet: PublishPacket): void {
  packet.topic = NOWHERE;
  packet.payload = Buffer.alloc(0);
  packet.retain = false;
}

async function listen(server: Server, host: string, port: number): Promise<number> {
  server.listen(port, host);
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}
