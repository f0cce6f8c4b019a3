import { lookup as resolve } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';

/** Addresses that no public server has: RFC 1918, 3927, 4193, 4291, 5735, 6598 and the cloud metadata address. */
const internal = new BlockList();
for (const [network, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 3],
] as const) {
  internal.addSubnet(network, prefix, 'ipv4');
}
for (const [network, prefix] of [
  ['::', 127],
  ['64:ff9b::', 96],
  ['fc00::', 7],
  ['fe80::', 10],
  ['ff00::', 8],
] as const) {
  internal.addSubnet(network, prefix, 'ipv6');
}

export function isInternalAddress(address: string): boolean {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return isInternalAddress(mapped);
  const family = isIP(address);
  return family === 0 || internal.check(address, family === 6 ? 'ipv6' : 'ipv4');
}

/**
 * A DNS lookup for sockets that refuses internal addresses. The check sits where the socket gets its address, so a
 * name that answers differently the second time gains nothing.
 */
export const publicLookup: LookupFunction = (hostname, options, callback) => {
  resolve(hostname, { ...options, all: true }, (error, addresses) => {
    if (error) return callback(error, '', 0);
    const forbidden = addresses.find(({ address }) => isInternalAddress(address));
    const [first] = addresses;
    if (forbidden !== undefined || first === undefined) {
      return callback(new ForbiddenAddress(hostname, forbidden?.address ?? ''), '', 0);
    }
    return options.all ? callback(null, addresses) : callback(null, first.address, first.family);
  });
};

export const FORBIDDEN_ADDRESS = 'EFORBIDDENADDRESS';

class ForbiddenAddress extends Error {
  override readonly name = 'ForbiddenAddress';
  readonly code = FORBIDDEN_ADDRESS;

  constructor(host: string, address: string) {
    super(`${host} leads to the internal address ${address}`);
  }
}
