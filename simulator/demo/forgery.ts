import { createHash } from 'node:crypto';
import { generateKeyPair } from 'jose';
import { v7 as uuidv7 } from 'uuid';
import { encodeOrder, type Order } from '../../protocol/order.ts';

/**
 * An emergency order as good as a forger can make it: the centre's own order as a pattern, its key's name in the
 * header, but signed with a key of the forger's. `message` is the hash by which a station reports what it refused.
 */
export async function forgeOrder(
  pattern: Order,
  station: string,
  kid: string,
): Promise<{ order: Order; bytes: Uint8Array; message: string }> {
  const { basis: _, zones: __, ...kept } = pattern;
  const now = Date.now();
  const order: Order = {
    ...kept,
    id: uuidv7(),
    rev: 1,
    priority: 'emergency',
    title: 'Lệnh giả',
    to: { stations: [station] },
    issuedAt: new Date(now).toISOString(),
    expiresAt: new Date(now + 3_600_000).toISOString(),
  };
  const { privateKey } = await generateKeyPair('Ed25519');
  const bytes = await encodeOrder(order, { kid, key: privateKey });
  return { order, bytes, message: createHash('sha256').update(bytes).digest('hex') };
}
