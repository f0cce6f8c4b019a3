import { type Language, wordsIn } from './words.ts';
import type { Words } from './words-en.ts';

/** Where a command speaks: results to stdout, everything else to stderr. */
export interface Console {
  readonly words: Words;
  readonly language: Language;
  out(text: string): void;
  err(text: string): void;
}

export function consoleIn(language: Language): Console {
  return {
    language,
    words: wordsIn(language),
    out: (text) => process.stdout.write(`${text}\n`),
    err: (text) => process.stderr.write(`${text}\n`),
  };
}

/** Ends a command with a message for the person who gave it. 1: declined or not as ordered; 2: usage, or no centre. */
export class CommandFailure extends Error {
  override readonly name = 'CommandFailure';
  readonly status: 1 | 2;
  /** What `--json` prints in place of the message. */
  readonly json: object | undefined;

  constructor(status: 1 | 2, message: string, json?: object) {
    super(message);
    this.status = status;
    this.json = json;
  }
}

/** Columns as wide as their widest cell; a title in front. Cells are made of one line. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, ...rows].map((row) => row.map((cell) => cell.replace(/\s+/g, ' ')));
  const widths = head.map((_, column) => Math.max(...lines.map((line) => [...(line[column] ?? '')].length)));
  return lines
    .map((line) =>
      line
        .map((cell, column) => pad(cell, widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** A refusal's code in words; '' for one that a newer centre or station made. */
export const reasonIn = ({ refusals }: Words, code: string): string =>
  Object.entries(refusals).find(([known]) => known === code)?.[1] ?? '';

/** Local time, to the second. */
export const localTime = (instant: string, language: Language): string =>
  new Date(instant).toLocaleString(language === 'vi' ? 'vi-VN' : 'en-GB', { dateStyle: 'short', timeStyle: 'medium' });

export const pad = (text: string, width: number): string => text + ' '.repeat(Math.max(0, width - [...text].length));
