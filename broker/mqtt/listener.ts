import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { Admission } from '../admission.ts';
import type { ServerIdentity } from '../authority/server-identity.ts';
import type { Log } from '../log.ts';
import { capPackets } from './capped-socket.ts';
import { certifiedPeer, type Peer } from './peer.ts';

/**
 * Connections taken in a second. A handshake costs about a millisecond of this process; what is turned away before it
 * costs next to nothing and comes back after a random wait, so a country that returns at once starves nobody.
 */
const ADMITTED = { perSecond: 250, burst: 500 };
const HANDSHAKE_MS = 10_000;

export interface ListenerOptions {
  readonly host: string;
  /** 0 for any free port. */
  readonly port: number;
  /** Without it, plain MQTT, where a peer is who it says it is. */
  readonly identity?: ServerIdentity | undefined;
  readonly admission?: Pick<Admission, 'take'> | undefined;
  readonly log: Log;
  /** A connection to speak MQTT with, its packets capped. */
  readonly onConnection: (socket: Socket, peer: Peer | undefined) => void;
  readonly onOversized: () => void;
  readonly onTurnedAway: () => void;
}

export interface Listener {
  /** Lets clients in; gives the broker's URL. */
  listen(): Promise<string>;
  /** Ends the connections of these certificates at once. */
  cut(serials: readonly string[]): void;
  /** Takes no more. */
  stop(): void;
  /** Destroys what is connected. */
  close(): Promise<void>;
}

/** Where MQTT clients knock: TLS 1.3 with a certificate of ours, or plain TCP where that was asked for. */
export function makeListener(options: ListenerOptions): Listener {
  const { identity, admission = new Admission(ADMITTED), log, onConnection, onOversized, onTurnedAway } = options;
  const sockets = new Map<Socket, Peer | undefined>();
  const welcome = (socket: Socket) => {
    const peer = identity === undefined ? undefined : certifiedPeer(socket);
    if (identity !== undefined && peer === undefined) {
      log('warn', 'connection-refused', { peer: socket.remoteAddress, reason: 'no certificate of ours' });
      socket.destroy();
      return;
    }
    sockets.set(socket, peer);
    socket.once('close', () => sockets.delete(socket));
    socket.setNoDelay(true);
    const from = socket.remoteAddress;
    const capped = capPackets(socket, () => {
      onOversized();
      log('warn', 'packet-too-large', { peer: from });
    });
    onConnection(capped, peer);
  };

  const handshakes =
    identity &&
    createTlsServer(
      { ...identity.options, requestCert: true, rejectUnauthorized: true, handshakeTimeout: HANDSHAKE_MS },
      welcome,
    ).on('tlsClientError', (error, { remoteAddress }) =>
      log('debug', 'handshake-failed', { peer: remoteAddress, error }),
    );
  if (handshakes !== undefined) identity?.keep(handshakes);
  const raw = new Set<Socket>();
  let closed: Promise<unknown> | undefined;
  const server = createServer((socket) => {
    if (!admission.take(socket.remoteAddress ?? '')) {
      onTurnedAway();
      socket.destroy();
      return;
    }
    raw.add(socket);
    socket.once('close', () => raw.delete(socket));
    // Documented: a connection may be handed to a TLS server by this event.
    if (handshakes === undefined) welcome(socket);
    else handshakes.emit('connection', socket);
  });

  return {
    listen: async () => {
      server.listen(options.port, options.host);
      await once(server, 'listening');
      const { port } = server.address() as AddressInfo;
      const host = options.host.includes(':') ? `[${options.host}]` : options.host;
      return `${identity === undefined ? 'mqtt' : 'mqtts'}://${host}:${port}`;
    },
    cut: (serials) => {
      for (const [socket, peer] of sockets) {
        if (peer?.serial !== undefined && serials.includes(peer.serial)) socket.destroy();
      }
    },
    stop: () => {
      closed = server.listening ? once(server, 'close') : undefined;
      server.close();
    },
    close: async () => {
      for (const socket of raw) socket.destroy();
      await closed;
    },
  };
}
