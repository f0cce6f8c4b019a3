import { lookup as resolve } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';

/** IPv4 addresses that no public server has: RFC 1918, 3927, 5735, 6598 and the cloud metadata address. */
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
/** Where public IPv6 addresses lie (RFC 4291, section 2.4), but for those that carry an IPv4 address: RFC 3056, 4380. */
const globalUnicast = new BlockList();
globalUnicast.addSubnet('2000::', 3, 'ipv6');
const carriers = new BlockList();
carriers.addSubnet('2001::', 32, 'ipv6');
carriers.addSubnet('2002::', 16, 'ipv6');

/** Whether a server at this address may be one of the station's own network; true for what is no address. */
export function isInternalAddress(address: string): boolean {
  switch (isIP(address)) {
    case 4:
      return internal.check(address, 'ipv4');
    case 6: {
      const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
      if (mapped !== undefined) return isInternalAddress(mapped);
      return !globalUnicast.check(address, 'ipv6') || carriers.check(address, 'ipv6');
    }
    default:
      return true;
  }
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
