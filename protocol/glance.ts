import type { EnvelopeType } from './envelope.ts';
import type { Priority } from './fields.ts';

/** What an order or a cancellation looks like from outside. */
export interface Glance {
  /** It says that it is an emergency or a cancellation. */
  readonly urgent: boolean;
  /** The id that it names first, of its order. */
  readonly id: string | undefined;
}

const EMERGENCY = `"priority":"${'emergency' satisfies Priority}"`;
/** Also of a request for one. */
const CANCEL = `"typ":"${'loa-cancel' satisfies EnvelopeType}`;
const ID = /"id":"([0-9a-f-]{36})"/;

/** Looks at a message of unknown origin. Nothing is verified: this may decide who is read first, and nothing else [P-80]. */
export function glanceAt(message: Uint8Array): Glance {
  const token = Buffer.from(message.buffer, message.byteOffset, message.byteLength).toString('latin1');
  const [header = '', payload = ''] = token
    .split('.', 2)
    .map((part) => Buffer.from(part, 'base64url').toString('latin1'));
  return { urgent: header.includes(CANCEL) || payload.includes(EMERGENCY), id: ID.exec(payload)?.[1] };
}
