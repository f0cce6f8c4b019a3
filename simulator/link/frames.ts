/** Splits one direction of an MQTT connection at its packets, so that something can be put between two of them. */
export interface FrameSplitter {
  /** Hands out the bytes in order: what finishes a packet, and what belongs to one that goes on. */
  split(chunk: Buffer): Buffer[];
  /** Whether all bytes so far make whole packets. */
  readonly betweenPackets: boolean;
}

/**
 * Knows only MQTT's fixed header: one byte of type and flags, then the remaining length in one to four bytes of seven
 * bits each, the high bit saying that another follows (MQTT 3.1.1, 2.2.3).
 */
export function createFrameSplitter(): FrameSplitter {
  let state: 'type' | 'length' | 'body' = 'type';
  let remaining = 0;
  let shift = 0;

  /** Reads from `at` to the end of the packet or of the chunk; says where it stopped. */
  const advance = (chunk: Buffer, at: number): number => {
    let position = at;
    while (position < chunk.length) {
      if (state === 'body') {
        const taken = Math.min(remaining, chunk.length - position);
        remaining -= taken;
        position += taken;
        if (remaining > 0) return position;
        state = 'type';
        return position;
      }
      const byte = chunk[position++] ?? 0;
      if (state === 'type') {
        state = 'length';
        remaining = 0;
        shift = 0;
        continue;
      }
      remaining += (byte & 0x7f) * 2 ** shift;
      shift += 7;
      if (byte & 0x80) continue;
      state = remaining === 0 ? 'type' : 'body';
      if (state === 'type') return position;
    }
    return position;
  };

  return {
    split(chunk) {
      const pieces: Buffer[] = [];
      for (let at = 0; at < chunk.length; ) {
        const end = advance(chunk, at);
        pieces.push(chunk.subarray(at, end));
        at = end;
      }
      return pieces;
    },
    get betweenPackets() {
      return state === 'type';
    },
  };
}

/** An MQTT 3.1.1 PUBLISH at QoS 0, as whoever owns the wire could write it. */
export function publishPacket(topic: string, payload: Uint8Array): Buffer {
  const name = Buffer.from(topic);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(name.length);
  const body = Buffer.concat([length, name, payload]);
  const header = [0x30];
  for (let rest = body.length; ; ) {
    const digit = rest % 128;
    rest = Math.floor(rest / 128);
    header.push(rest > 0 ? digit | 0x80 : digit);
    if (rest === 0) break;
  }
  return Buffer.concat([Buffer.from(header), body]);
}
