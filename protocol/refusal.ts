import { MAX_DETAIL, MAX_PATH, MAX_PROBLEM, MAX_PROBLEMS } from './limits.ts';
import { printable } from './text.ts';

/**
 * Every reason for which Loa does not do what it was asked, as one closed list. A report, a receipt and a log
 * line all carry one of these codes, so an operator's software can switch over them.
 */
export const refusalCodes = [
  // the message itself
  'too-large',
  'not-utf8',
  'not-json',
  'too-deep',
  'forbidden-key',
  'duplicate-key',
  'invalid-fields',
  // the envelope
  'not-an-envelope',
  'wrong-algorithm',
  'wrong-type',
  'forbidden-header',
  'unknown-key',
  'revoked-key',
  'expired-key',
  'bad-signature',
  'not-permitted',
  // the order
  'wrong-centre',
  'not-addressed',
  'expired',
  'superseded',
  'cancelled',
  'unknown-zone',
  'unknown-order',
  'unknown-station',
  'unsupported-programme',
  'unsupported-schedule',
  'clock-untrusted',
  'quiet-hours',
  'quota-used',
  'too-many-orders',
  'busy',
  // enrolment
  'wrong-code',
  'bad-certificate-request',
  // the audio
  'audio-address-forbidden',
  'audio-unreachable',
  'audio-not-found',
  'audio-too-slow',
  'audio-size-differs',
  'audio-hash-differs',
  'audio-unplayable',
  'no-space',
  // the airing
  'controller-unreachable',
  'controller-refused',
  'readback-differs',
  'lease-lost',
  'amplifier-fault',
  'decoder-failed',
  'decoder-hung',
  'sound-card-failed',
  'stopped',
  'internal-error',
] as const;

export type RefusalCode = (typeof refusalCodes)[number];

/** One bad field: where it is (`programme.0.variants.1.url`, empty for the whole message) and what is wrong. */
export interface FieldProblem {
  readonly path: string;
  readonly problem: string;
}

/**
 * The one error class for everything Loa declines. `message` is for developers; people get words by `code`. What it
 * quotes may come from an attacker, so all of it is made printable and short [P-23].
 */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly code: RefusalCode;
  readonly detail: string;
  readonly fields: readonly FieldProblem[];

  constructor(code: RefusalCode, detail = '', options: { fields?: readonly FieldProblem[]; cause?: unknown } = {}) {
    const fields = (options.fields ?? []).slice(0, MAX_PROBLEMS).map(({ path, problem }) => ({
      path: printable(path, MAX_PATH),
      problem: printable(problem, MAX_PROBLEM),
    }));
    const shown = printable(detail, MAX_DETAIL);
    const list = fields.map((field) => `${field.path || '(message)'}: ${field.problem}`).join('; ');
    super([code, shown, list].filter(Boolean).join(': '), options.cause === undefined ? {} : { cause: options.cause });
    this.code = code;
    this.detail = shown;
    this.fields = fields;
  }
}

/** What a decoder returns: bytes of unknown origin never make it throw [P-21]. */
export type Decoded<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly refusal: Refusal };

export const accepted = <T>(value: T): Decoded<T> => ({ ok: true, value });

export const refused = (
  code: RefusalCode,
  detail = '',
  fields: readonly FieldProblem[] = [],
): { readonly ok: false; readonly refusal: Refusal } => ({ ok: false, refusal: new Refusal(code, detail, { fields }) });
