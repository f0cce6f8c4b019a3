import { Refusal } from '../../protocol/refusal.ts';
import { serialTransport } from './serial.ts';
import { tcpTransport } from './tcp.ts';
import type { OpenTransport } from './transport.ts';

/**
 * The way to a device from the configuration's words: `serial:/dev/ttyUSB0` or `tcp://host:port`.
 * Throws a Refusal (`invalid-fields`) that names `hardware.line`.
 */
export function transportFor(line: string, baud: number): OpenTransport {
  const path = /^serial:(\/.+)$/.exec(line)?.[1];
  if (path !== undefined) return serialTransport(path, baud);
  const tcp = /^tcp:\/\/(?:\[([0-9a-f:.]+)\]|([a-z0-9.-]+)):([0-9]{1,5})$/i.exec(line);
  const host = tcp?.[1] ?? tcp?.[2];
  const port = Number(tcp?.[3]);
  if (host !== undefined && port >= 1 && port <= 65535) return tcpTransport(host, port);
  const problem = `${JSON.stringify(line)} is neither serial:/dev/… nor tcp://host:port`;
  throw new Refusal('invalid-fields', '', { fields: [{ path: 'hardware.line', problem }] });
}
