import { MAX_MESSAGE_BYTES } from './limits.ts';

/** A whole payload, its topic, and what else a CONNECT may carry: what follows a packet's fixed header, in bytes. */
const MAX_REMAINING_LENGTH = MAX_MESSAGE_BYTES + 1_024;

/**
 * Follows the packet boundaries of an MQTT byte stream by the fixed headers alone, so that a packet that announces
 * too much is noticed from its first five bytes and never collected [P-20]. The parsers of aedes and mqtt.js have no limit
 * of their own: aedes took 100 MB, before authentication.
 */
export class PacketGauge {
  readonly #limit: number;
  /** Bytes of the current packet that are still to come. */
  #rest = 0;
  /** Bytes of the current packet's length field read so far; undefined before its first byte. */
  #lengthBytes: number | undefined;
  #length = 0;
  /** Packets that have begun so far. */
  packets = 0;

  /** `limit`: largest remaining length that passes, in bytes. */
  constructor(limit = MAX_REMAINING_LENGTH) {
    this.#limit = limit;
  }

  /** False as soon as the stream holds a packet above the limit or a malformed length; do not go on after that. */
  accepts(chunk: Uint8Array): boolean {
    let at = 0;
    while (at < chunk.length) {
      if (this.#rest > 0) {
        const step = Math.min(this.#rest, chunk.length - at);
        this.#rest -= step;
        at += step;
      } else if (this.#lengthBytes === undefined) {
        this.packets++;
        this.#lengthBytes = 0;
        this.#length = 0;
        at++;
      } else if (!this.#takeLength(chunk[at++] ?? 0)) {
        return false;
      }
    }
    return true;
  }

  /** One byte of the remaining length: seven bits, least significant first, the eighth says "more" (MQTT 2.2.3). */
  #takeLength(byte: number): boolean {
    const position = this.#lengthBytes ?? 0;
    this.#length += (byte & 0x7f) * 128 ** position;
    if (this.#length > this.#limit) return false;
    if ((byte & 0x80) === 0) {
      this.#rest = this.#length;
      this.#lengthBytes = undefined;
      return true;
    }
    this.#lengthBytes = position + 1;
    return position < 3;
  }
}
