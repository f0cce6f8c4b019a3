import { Aedes, type AuthenticateError, type Client, type PublishPacket } from 'aedes';
import type { Admission } from '../admission.ts';
import type { ServerIdentity } from '../authority/server-identity.ts';
import type { Log } from '../log.ts';
import { accessFor } from './access.ts';
import { makeListener } from './listener.ts';
import type { Peer } from './peer.ts';

export interface EmbeddedBrokerOptions {
  readonly centre: string;
  readonly host: string;
  /** 0 for any free port. */
  readonly port: number;
  /** TLS with client certificates; without it plain MQTT, where a peer is who its client id says. */
  readonly identity?: ServerIdentity | undefined;
  readonly isRevoked?: ((serial: string) => boolean) | undefined;
  /** Whether a station of this name is known. */
  readonly isStation?: ((id: string) => boolean) | undefined;
  /** Who is let in, over time; the listener's own rule when absent. */
  readonly admission?: Pick<Admission, 'take'> | undefined;
  readonly log: Log;
}

export interface EmbeddedBroker {
  readonly aedes: Aedes;
  /** Lets clients in; returns the broker's URL. */
  listen(): Promise<string>;
  /** What was refused since the start. */
  readonly refused: {
    publishes: number;
    subscriptions: number;
    connections: number;
    oversized: number;
    turnedAway: number;
  };
  /** Ends the sessions of these certificates at once. */
  cut(serials: readonly string[]): void;
  close(): Promise<void>;
}

const NOT_AUTHORISED = 5;
const IDENTIFIER_REJECTED = 2;
const NOBODY: Peer = { id: '', role: 'station' };
/** Where refused publishes go: nobody may subscribe here, and aedes itself keeps its topics below `$SYS`. */
const NOWHERE = '$SYS/loa/refused';
// A reader that takes nothing for this long is cut off; each publish waits for the slowest reader.
const DRAIN_TIMEOUT_MS = 15_000;

/** Makes an MQTT broker in this process: in memory, clean sessions only, packets capped, everyone to their own topics. */
export async function makeEmbeddedBroker(options: EmbeddedBrokerOptions): Promise<EmbeddedBroker> {
  const { log } = options;
  const access = accessFor(options.centre);
  const refused = { publishes: 0, subscriptions: 0, connections: 0, oversized: 0, turnedAway: 0 };
  /** By connection: who its certificate says it is. */
  const peers = new WeakMap<object, Peer>();
  const peerOf = ({ conn, id }: Client): Peer =>
    peers.get(conn) ?? (options.identity === undefined ? { id, role: 'any' } : NOBODY);

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
      const { id, role, serial } = peerOf(client);
      if (!access.isIdentity(client.id)) refuse(IDENTIFIER_REJECTED, 'client id is not a name of ours');
      else if (id !== client.id) refuse(NOT_AUTHORISED, 'client id is not the name in its certificate');
      else if (serial !== undefined && options.isRevoked?.(serial)) refuse(NOT_AUTHORISED, 'certificate revoked');
      // It would end the session of that station: one client id is one session [P-91].
      else if (role === 'client' && options.isStation?.(id)) refuse(NOT_AUTHORISED, 'the name is that of a station');
      else if (!client.clean) refuse(NOT_AUTHORISED, 'only clean sessions [P-2]');
      else done(null, true);
    },

    // A refused publish is taken and dropped: a disconnect, or no PUBACK, would make its client send it for ever.
    authorizePublish: (client, packet, done) => {
      if (client === null || !access.mayPublish(peerOf(client), packet.topic)) {
        refused.publishes++;
        log('warn', 'publish-refused', { client: client?.id, topic: packet.topic.slice(0, 200) });
        sendNowhere(packet);
      } else if (packet.retain && !access.mayRetain(packet.topic)) {
        packet.retain = false;
      }
      done(null);
    },

    authorizeSubscribe: (client, subscription, done) => {
      if (access.maySubscribe(peerOf(client), subscription.topic)) return done(null, subscription);
      refused.subscriptions++;
      log('warn', 'subscription-refused', { client: client.id, filter: subscription.topic.slice(0, 200) });
      return done(null, null);
    },

    authorizeForward: (client, packet) => (access.mayReceive(peerOf(client), packet.topic) ? packet : null),
  });
  aedes.on('clientError', (client, error) => log('debug', 'client-error', { client: client.id, error }));
  aedes.on('connectionError', (_client, error) => log('debug', 'connection-error', { error }));
  (aedes as NodeJS.EventEmitter).on('error', (error: unknown) => log('error', 'broker-error', { error }));

  const listener = makeListener({
    host: options.host,
    port: options.port,
    identity: options.identity,
    admission: options.admission,
    log,
    onConnection: (socket, peer) => {
      if (peer !== undefined) peers.set(socket, peer);
      aedes.handle(socket);
    },
    onOversized: () => {
      refused.oversized++;
    },
    onTurnedAway: () => {
      refused.turnedAway++;
    },
  });
  return {
    aedes,
    refused,
    listen: () => listener.listen(),
    cut: (serials) => listener.cut(serials),
    close: async () => {
      listener.stop();
      await new Promise<void>((resolve) => aedes.close(resolve));
      await listener.close();
    },
  };
}

function sendNowhere(packet: PublishPacket): void {
  packet.topic = NOWHERE;
  packet.payload = Buffer.alloc(0);
  packet.retain = false;
}
