/**
 * C0, DEL, C1, bidi marks, embeddings, overrides and isolates, line and paragraph separators, BOM, tag characters, lone
 * surrogates: a title that shows one thing and says another is how a person is deceived [P-23].
 */
const unsafe = /[\p{Cc}\p{Cs}\p{Co}\p{Cn}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\u{e0000}-\u{e007f}]/u;

export const isSafeText = (text: string): boolean => !unsafe.test(text);

export const isNormal = (text: string): boolean => text === text.normalize('NFC');

/**
 * Text of unknown origin made fit for a log, a report or a screen: NFC, what is unsafe written as `\u{202e}`, at most
 * `max` UTF-16 units and never half a character.
 */
export function printable(text: string, max: number): string {
  let shown = '';
  for (const char of text.slice(0, 4 * max).normalize('NFC')) {
    const safe = unsafe.test(char) ? `\\u{${char.codePointAt(0)?.toString(16)}}` : char;
    if (shown.length + safe.length > max) break;
    shown += safe;
  }
  return shown;
}
