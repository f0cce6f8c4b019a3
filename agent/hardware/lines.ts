import type { Readable } from 'node:stream';
import { ReadlineParser } from '@serialport/parser-readline';
import { LineLimit } from './line-limit.ts';

/** No protocol we speak has longer lines. */
const MAX_LINE_BYTES = 128;
/** 128 bytes take 133 ms at 9,600 baud, but they come in pieces a few milliseconds apart. */
const QUIET_MS = 100;

/** Cuts what a device says into lines of at most 128 bytes, line ends removed; the function returned ends that. */
export function readLines(source: Readable, heard: (line: string) => void): () => void {
  const limit = new LineLimit(MAX_LINE_BYTES, QUIET_MS);
  const parser = new ReadlineParser({ delimiter: '\n', encoding: 'latin1' });
  parser.on('data', (line: string) => heard(line.endsWith('\r') ? line.slice(0, -1) : line));
  source.pipe(limit).pipe(parser);
  return () => {
    source.unpipe(limit);
    limit.destroy();
    parser.destroy();
  };
}
