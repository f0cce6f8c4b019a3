import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { normalSerial, type Role } from '../authority/identity.ts';

/** Who is at the other end of a connection, as far as it has proved that. */
export interface Peer {
  readonly id: string;
  /** `any` only where plain MQTT was asked for: then a peer is who it says it is. */
  readonly role: Role | 'any';
  /** Of its certificate. */
  readonly serial?: string;
}

/** Reads the certificate that the handshake has verified; undefined where it is none of a station or a client. */
export function certifiedPeer(socket: Socket): Peer | undefined {
  if (!(socket instanceof TLSSocket) || !socket.authorized) return undefined;
  const { subject, serialNumber } = socket.getPeerCertificate();
  const { CN: id, O: role } = subject ?? {};
  if (typeof id !== 'string' || (role !== 'station' && role !== 'client')) return undefined;
  return { id, role, serial: normalSerial(serialNumber) };
}
