import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { createServer } from 'node:tls';
import { Aedes } from 'aedes';
import { Authority } from '../../broker/authority/authority.ts';

/** A broker over TLS 1.3 that carries anything for whoever has a certificate of its authority. */
export interface PuppetBroker {
  /** `mqtts://127.0.0.1:port`. */
  readonly url: string;
  readonly aedes: Aedes;
  /** Its own, which nobody else believes. */
  readonly authority: Authority;
  /** Breaks every connection, as a broker that dies does. */
  cutAll(): void;
  close(): Promise<void>;
}

export async function startPuppetBroker(centre: string): Promise<PuppetBroker> {
  const aedes = await Aedes.createBroker({ maxClientsIdLength: 64 });
  const authority = await Authority.load(await Authority.create(centre));
  const { certificate, key } = await authority.issueServer(['127.0.0.1', 'localhost']);
  const ca = authority.certificate;
  const sockets = new Set<Socket>();
  const server = createServer(
    { cert: certificate, key, ca, minVersion: 'TLSv1.3', requestCert: true, rejectUnauthorized: true },
    (socket) => aedes.handle(socket),
  );
  // Those whose handshake is under way too.
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const cutAll = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: `mqtts://127.0.0.1:${port}`,
    aedes,
    authority,
    cutAll,
    close: async () => {
      await new Promise<void>((resolve) => aedes.close(() => resolve()));
      cutAll();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
