import { encodeFrame, MAX_LINE, parseFrame } from '../../agent/entry.ts';
import type { Answer } from './verbs.ts';

/**
 * Bytes in, answers out.
 * - What is not a whole command with the right CRC is not answered: its sequence number cannot be trusted.
 * - A repeated sequence number gets the stored reply and does nothing. HELLO begins anew: it is always done, and what
 *   was stored for the station that spoke before is forgotten.
 */
export class Dialogue {
  readonly #perform: (verb: string, args: readonly string[]) => Answer;
  #line = '';
  #stored: { readonly sequence: number; readonly reply: string } | undefined;

  constructor(perform: (verb: string, args: readonly string[]) => Answer) {
    this.#perform = perform;
  }

  /** The reply lines to send, CR LF included. */
  hear(bytes: Buffer): readonly string[] {
    const [first = '', ...others] = bytes.toString('latin1').split('\n');
    const pieces = [this.#line + first, ...others];
    // Of an over-long line the end may still be a whole command: a retry after noise.
    this.#line = (pieces.pop() ?? '').slice(-MAX_LINE);
    return pieces.flatMap((line) => this.#answer(line.slice(-MAX_LINE)) ?? []);
  }

  forget(): void {
    this.#line = '';
    this.#stored = undefined;
  }

  #answer(line: string): string | undefined {
    const parsed = parseFrame(line);
    if (!parsed.ok || parsed.frame.kind !== 'command') return undefined;
    const { sequence, verb, args } = parsed.frame;
    if (verb !== 'HELLO' && this.#stored?.sequence === sequence) return this.#stored.reply;
    const reply = encodeFrame({ kind: 'reply', sequence, ...this.#perform(verb, args) });
    this.#stored = { sequence, reply };
    return reply;
  }
}
