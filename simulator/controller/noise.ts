/** Corrupts a share of the bytes, each in one random bit. The same seed gives the same noise. */
export class Noise {
  /** 0 is a clean line, 1 corrupts every byte. */
  share = 0;
  #state = 0x2545f491;

  through(bytes: Buffer): Buffer {
    if (this.share <= 0) return bytes;
    return Buffer.from(bytes.map((byte) => (this.#random() < this.share ? byte ^ (1 << (this.#random() * 8)) : byte)));
  }

  /** Marsaglia's xorshift32. */
  #random(): number {
    this.#state ^= this.#state << 13;
    this.#state ^= this.#state >>> 17;
    this.#state ^= this.#state << 5;
    return (this.#state >>> 0) / 2 ** 32;
  }
}
