import { Transform, type TransformCallback } from 'node:stream';

const newline = 0x0a;

/**
 * Stands in front of the ReadlineParser, whose buffer has no bound and no clock (serialport 13, DelimiterParser).
 * - Of a line longer than `maxBytes` the part that came so far is cut off, the rest up to the newline is dropped.
 * - A half line is flushed, and a dropped one forgotten, when nothing has come for `quietMs`: the next answer
 *   then begins on a line of its own.
 */
export class LineLimit extends Transform {
  readonly #maxBytes: number;
  readonly #quietMs: number;
  #length = 0;
  #dropping = false;
  #quiet: NodeJS.Timeout | undefined;

  constructor(maxBytes: number, quietMs: number) {
    super();
    this.#maxBytes = maxBytes;
    this.#quietMs = quietMs;
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    clearTimeout(this.#quiet);
    for (let begin = 0; begin < chunk.length; ) {
      const end = chunk.indexOf(newline, begin) + 1 || chunk.length;
      this.#pass(chunk.subarray(begin, end));
      begin = end;
    }
    if (this.#length > 0 || this.#dropping) this.#quiet = setTimeout(() => this.#flushHalfLine(), this.#quietMs);
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    clearTimeout(this.#quiet);
    done(error);
  }

  #pass(piece: Buffer): void {
    const ends = piece.at(-1) === newline;
    if (!this.#dropping && this.#length + piece.length > this.#maxBytes) {
      this.#flushHalfLine();
      this.#dropping = true;
    }
    if (!this.#dropping) {
      this.push(piece);
      this.#length += piece.length;
    }
    if (!ends) return;
    this.#length = 0;
    this.#dropping = false;
  }

  #flushHalfLine(): void {
    if (this.#length > 0) this.push('\n');
    this.#length = 0;
    this.#dropping = false;
  }
}
