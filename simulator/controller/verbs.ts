import type { Board } from './board.ts';
import type { Lease } from './lease.ts';

export interface Answer {
  readonly ok: boolean;
  readonly code: string;
  readonly data: readonly string[];
}

export interface VerbParts {
  readonly board: Board;
  readonly lease: Lease;
  readonly boot: () => { readonly id: string; readonly cause: string };
  /** What stands: AMPLIFIER, OVERTEMP, OVERRIDE, TAMPER. */
  readonly conditions: () => readonly string[];
  readonly senses: () => readonly string[];
}

/** How many arguments each verb has. */
const arities: ReadonlyMap<string, number> = new Map([
  ['HELLO', 0],
  ['ON', 2],
  ['KEEP', 1],
  ['OFF', 0],
  ['AMP', 1],
  ['MUTE', 1],
  ['GAIN', 1],
  ['STAT', 0],
  ['SENS', 0],
]);

const done = (data: readonly string[] = []): Answer => ({ ok: true, code: '0', data });
const declined = (code: string): Answer => ({ ok: false, code, data: [] });

/** Does what one command says, as the table in agent/hardware/README.md has it. */
export function perform(verb: string, args: readonly string[], parts: VerbParts): Answer {
  const { board, lease, boot } = parts;
  const [first = '', second = ''] = args;
  const arity = arities.get(verb);
  if (arity === undefined) return declined('BAD_VERB');
  if (args.length !== arity) return declined('BAD_ARGS');
  switch (verb) {
    case 'HELLO':
      return done(['sc1', '1.0.0', 'SIMULATED', String(board.relays), 'CDOITMB', boot().id, boot().cause]);
    case 'ON': {
      const mask = maskOf(first, board.relays);
      const ttlMs = ttlOf(second);
      if (mask === undefined || mask === 0 || ttlMs === undefined) return declined('BAD_ARGS');
      lease.hold(ttlMs);
      board.switchRelays(mask, 'command');
      return done();
    }
    case 'KEEP': {
      const ttlMs = ttlOf(first);
      if (ttlMs === undefined) return declined('BAD_ARGS');
      if (lease.remainingMs === undefined) return declined('NO_LEASE');
      lease.hold(ttlMs);
      return done();
    }
    case 'OFF':
      lease.end();
      board.switchRelays(0, 'command');
      return done();
    case 'AMP':
      if (first !== 'on' && first !== 'off') return declined('BAD_ARGS');
      return board.power(first === 'on', 'command') ? done() : declined('AMP_FAULT');
    case 'MUTE':
      if (first !== 'on' && first !== 'off') return declined('BAD_ARGS');
      board.mute(first === 'on', 'command');
      return done();
    case 'GAIN':
      if (!/^[0-9]{1,3}$/.test(first) || Number(first) > 100) return declined('BAD_ARGS');
      board.gain(Number(first), 'command');
      return done();
    case 'STAT': {
      const { amplifierOn, muted } = board.output;
      const conditions = parts.conditions().join('+') || 'NONE';
      return done([hex(board.commanded), hex(board.sensed), onOff(amplifierOn), onOff(muted), conditions, boot().id]);
    }
    default:
      return done(parts.senses());
  }
}

function maskOf(text: string, relays: number): number | undefined {
  const mask = /^[0-9A-F]{1,4}$/.test(text) ? Number.parseInt(text, 16) : undefined;
  return mask !== undefined && mask < 1 << relays ? mask : undefined;
}

function ttlOf(text: string): number | undefined {
  const ttlMs = /^[0-9]{1,5}$/.test(text) ? Number(text) : 0;
  return ttlMs >= 100 && ttlMs <= 60_000 ? ttlMs : undefined;
}

const hex = (mask: number): string => mask.toString(16).toUpperCase();
const onOff = (on: boolean): string => (on ? 'on' : 'off');
