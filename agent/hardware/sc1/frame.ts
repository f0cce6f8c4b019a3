import { crc16 } from './crc.ts';

/** The longest line of sc1, CR LF included, in bytes. */
export const MAX_LINE = 128;
/** Sequence numbers run from 1 to this and then from 1 again. */
export const MAX_SEQUENCE = 9999;

/** `>seq,VERB,args*CRC16`: what the station asks. */
export interface Sc1Command {
  readonly kind: 'command';
  readonly sequence: number;
  readonly verb: string;
  readonly args: readonly string[];
}

/** `<seq,OK|ERR,code,data*CRC16`: the one answer to the command with that sequence number. */
export interface Sc1Reply {
  readonly kind: 'reply';
  readonly sequence: number;
  readonly ok: boolean;
  readonly code: string;
  readonly data: readonly string[];
}

/** `!n,EVENT,data*CRC16`: what the controller says by itself; it counts its events in `sequence`. */
export interface Sc1Event {
  readonly kind: 'event';
  readonly sequence: number;
  readonly event: string;
  readonly data: readonly string[];
}

export type Sc1Frame = Sc1Command | Sc1Reply | Sc1Event;
export type ParsedFrame =
  | { readonly ok: true; readonly frame: Sc1Frame }
  | { readonly ok: false; readonly reason: 'too-long' | 'no-frame' | 'wrong-crc' | 'malformed' };

const word = /^[A-Z0-9_]{1,24}$/;
/** Printable ASCII without the comma, the star and the three markers. May be empty: "not measured". */
const field = /^(?:(?![,*<>!])[\x20-\x7e])*$/;
const number = /^[1-9][0-9]{0,3}$/;

/** One line with its CR LF. Throws a RangeError for what cannot be said in sc1: that is a mistake of the caller. */
export function encodeFrame(frame: Sc1Frame): string {
  const fields = fieldsOf(frame);
  const line = `${markerOf(frame)}${fields.join(',')}*${crc16(fields.join(','))}\r\n`;
  if (line.length > MAX_LINE) throw new RangeError(`sc1 line of ${line.length} bytes, ${MAX_LINE} are allowed`);
  if (frameOf(line.charAt(0), fields) === undefined)
    throw new RangeError(`not a frame of sc1: ${JSON.stringify(frame)}`);
  return line;
}

/**
 * Reads one line, with or without its line end. Never throws. What stands before the last marker is the rest of a
 * half line or noise: a marker cannot occur inside a frame, so reading begins there.
 */
export function parseFrame(line: string): ParsedFrame {
  if (line.length > MAX_LINE) return { ok: false, reason: 'too-long' };
  const begin = Math.max(line.lastIndexOf('>'), line.lastIndexOf('<'), line.lastIndexOf('!'));
  const parts = begin < 0 ? null : /^([^*]*)\*([0-9A-F]{4})[\r\n]*$/.exec(line.slice(begin + 1));
  const [, body, crc] = parts ?? [];
  if (body === undefined) return { ok: false, reason: 'no-frame' };
  if (crc !== crc16(body)) return { ok: false, reason: 'wrong-crc' };
  const frame = frameOf(line.charAt(begin), body.split(','));
  return frame === undefined ? { ok: false, reason: 'malformed' } : { ok: true, frame };
}

function markerOf(frame: Sc1Frame): string {
  switch (frame.kind) {
    case 'command':
      return '>';
    case 'reply':
      return '<';
    case 'event':
      return '!';
  }
}

function fieldsOf(frame: Sc1Frame): string[] {
  switch (frame.kind) {
    case 'command':
      return [String(frame.sequence), frame.verb, ...frame.args];
    case 'reply':
      return [String(frame.sequence), frame.ok ? 'OK' : 'ERR', frame.code, ...frame.data];
    case 'event':
      return [String(frame.sequence), frame.event, ...frame.data];
  }
}

function frameOf(marker: string, fields: readonly string[]): Sc1Frame | undefined {
  const [first = '', second = '', ...rest] = fields;
  if (!number.test(first) || !word.test(second) || !rest.every((text) => field.test(text))) return undefined;
  const sequence = Number(first);
  if (marker === '>') return { kind: 'command', sequence, verb: second, args: rest };
  if (marker === '!') return { kind: 'event', sequence, event: second, data: rest };
  const [code = '', ...data] = rest;
  if ((second !== 'OK' && second !== 'ERR') || !word.test(code)) return undefined;
  return { kind: 'reply', sequence, ok: second === 'OK', code, data };
}
