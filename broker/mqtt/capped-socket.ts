import type { Socket } from 'node:net';
import { PacketGauge } from '../../protocol/packet-gauge.ts';
import { TokenBucket } from '../token-bucket.ts';

/** A packet costs one, and so does each KiB: more than a station says that was away for a month. */
const FLOW = { perSecond: 1_000, burst: 4_000 };
const COST_BYTES = 1_024;
const PAUSE_MS = 50;

/**
 * Puts the gauge in front of aedes: its client pulls with `read()` and parses what that returns, so this is where
 * every byte passes. (A Transform in between would do the same for one more stream and 16 KiB per connection.)
 * The connection is destroyed before the packet is collected; `oversized` is called first. Whoever says too much is
 * read more slowly, from its first byte [P-122]: TCP holds it back, and nothing that it was allowed to say is lost.
 */
export function capPackets(socket: Socket, oversized: () => void): Socket {
  const gauge = new PacketGauge();
  const flow = new TokenBucket(FLOW);
  const read = socket.read.bind(socket);
  let pause: NodeJS.Timeout | undefined;
  const readLater = (): void => {
    pause ??= setTimeout(() => {
      pause = undefined;
      socket.emit('readable');
    }, PAUSE_MS);
  };
  socket.once('close', () => clearTimeout(pause));
  socket.read = (size?: number): Buffer | null => {
    if (!flow.open) {
      readLater();
      return null;
    }
    const before = gauge.packets;
    const chunk: Buffer | null = read(size);
    if (chunk === null) return null;
    if (gauge.accepts(chunk)) {
      flow.spend(gauge.packets - before + chunk.byteLength / COST_BYTES);
      return chunk;
    }
    oversized();
    socket.destroy();
    return null;
  };
  return socket;
}
