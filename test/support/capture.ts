import { type Link, startLink } from '../../simulator/link/link.ts';

/** Everything that somebody on the network sees of a server's connections: bytes, per connection and direction. */
export class Capture {
  readonly #streams: Buffer[][] = [];

  /** A wire to `server` (any URL with a port) that is recorded. */
  wire(server: string): Promise<Link> {
    return startLink(server, () => {
      const up: Buffer[] = [];
      const down: Buffer[] = [];
      this.#streams.push(up, down);
      return { up: (chunk) => up.push(chunk), down: (chunk) => down.push(chunk) };
    });
  }

  get bytes(): number {
    return this.#streams.flat().reduce((sum, chunk) => sum + chunk.byteLength, 0);
  }

  /** Whether the secret passed anywhere: as it is, in hexadecimal, or in base 64, wherever in an encoded text it stood. */
  holds(secret: Uint8Array | string): boolean {
    const traces = tracesOf(Buffer.from(secret));
    return this.#streams.some((chunks) => {
      const stream = Buffer.concat(chunks);
      return traces.some((trace) => stream.includes(trace));
    });
  }
}

/** A byte is encoded differently at each of three places in a group, so all three are looked for. */
function tracesOf(secret: Buffer): readonly Buffer[] {
  const base64 = [0, 1, 2].flatMap((before) => {
    const whole = Math.floor((before + secret.byteLength) / 3) * 4;
    const padded = Buffer.concat([Buffer.alloc(before), secret]);
    // The first and the last group also hold bits of what stands beside the secret.
    return (['base64', 'base64url'] as const).map((encoding) =>
      padded.toString(encoding).slice(before === 0 ? 0 : 4, whole),
    );
  });
  const hex = secret.toString('hex');
  return [secret, ...[...base64, hex, hex.toUpperCase()].map((text) => Buffer.from(text))];
}
