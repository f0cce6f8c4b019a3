import type { Socket } from 'node:net';
import { MAX_MESSAGE_BYTES } from '../../protocol/limits.ts';
import { PacketGauge } from './packet-gauge.ts';

/** A whole payload, its topic, and what else a CONNECT may carry. */
const MAX_REMAINING_LENGTH = MAX_MESSAGE_BYTES + 1_024;

/**
 * Puts the gauge in front of aedes: its client pulls with `read()` and parses what that returns, so this is where
 * every byte passes. (A Transform in between would do the same for one more stream and 16 KiB per connection.)
 * The connection is destroyed before the packet is collected; `oversized` is called first.
 */
export function capPackets(socket: Socket, oversized: () => void): Socket {
  const gauge = new PacketGauge(MAX_REMAINING_LENGTH);
  const read = socket.read.bind(socket);
  socket.read = (size?: number): Buffer | null => {
    const chunk: Buffer | null = read(size);
    if (chunk === null || gauge.accepts(chunk)) return chunk;
    oversized();
    socket.destroy();
    return null;
  };
  return socket;
}
