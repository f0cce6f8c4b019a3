import fc from 'fast-check';

/** What is there to be mutated: compact JWS that the centre has truly signed. */
export type Tokens = readonly string[];

const base64url = (text: string): string => Buffer.from(text).toString('base64url');
const decoded = (part: string): string => Buffer.from(part, 'base64url').toString();
const partsOf = (token: string): [string, string, string] => {
  const [header = '', payload = '', signature = ''] = token.split('.');
  return [header, payload, signature];
};

/** One edit of bytes: at a place between 0 and 1 of the whole. */
type Edit = (bytes: Buffer) => Buffer;

const place = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true });
const at = (bytes: Buffer, where: number): number => Math.floor(where * bytes.byteLength);

const edit: fc.Arbitrary<Edit> = fc.oneof(
  fc.tuple(place, fc.nat(7)).map(
    ([where, bit]): Edit =>
      (bytes) => {
        const copy = Buffer.from(bytes);
        copy[at(copy, where)] = (copy[at(copy, where)] ?? 0) ^ (1 << bit);
        return copy;
      },
  ),
  fc.tuple(place, fc.uint8Array({ minLength: 1, maxLength: 40 })).map(
    ([where, more]): Edit =>
      (bytes) =>
        Buffer.concat([bytes.subarray(0, at(bytes, where)), more, bytes.subarray(at(bytes, where))]),
  ),
  fc.tuple(place, fc.integer({ min: 1, max: 60 })).map(
    ([where, length]): Edit =>
      (bytes) =>
        Buffer.concat([bytes.subarray(0, at(bytes, where)), bytes.subarray(at(bytes, where) + length)]),
  ),
  fc.tuple(place, place, fc.integer({ min: 1, max: 200 })).map(
    ([from, to, length]): Edit =>
      (bytes) =>
        Buffer.concat([
          bytes.subarray(0, at(bytes, to)),
          bytes.subarray(at(bytes, from), at(bytes, from) + length),
          bytes.subarray(at(bytes, to)),
        ]),
  ),
  place.map(
    (where): Edit =>
      (bytes) =>
        bytes.subarray(0, at(bytes, where)),
  ),
);

const edits = fc.array(edit, { minLength: 1, maxLength: 4 });
const apply = (bytes: Buffer, all: readonly Edit[]): Buffer => all.reduce((before, one) => one(before), bytes);

const headerField = fc.oneof(
  fc.record({
    alg: fc.constantFrom('none', 'None', 'HS256', 'EdDSA', 'ES256', 'RS256', 'ed25519', 'Ed448', '', 'Ed25519\0'),
  }),
  fc.record({
    typ: fc.constantFrom('loa-cancel', 'loa-index', 'loa-order-request', 'JWT', '', 'LOA-ORDER', 'loa-order '),
  }),
  fc.record({
    kid: fc.oneof(fc.string(), fc.constantFrom('root', '__proto__', '../centre-1', 'centre-1 ', 'CENTRE-1')),
  }),
  fc.record({ jwk: fc.dictionary(fc.string(), fc.string()) }),
  fc.record({ jku: fc.webUrl() }),
  fc.record({ x5u: fc.webUrl() }),
  fc.record({ crit: fc.array(fc.string()), b64: fc.boolean() }),
  fc.dictionary(fc.string(), fc.jsonValue()),
);

const payloadField = fc.oneof(
  fc.record({ priority: fc.constantFrom('emergency', 'priority', 'routine', 'EMERGENCY') }),
  fc.record({ to: fc.oneof(fc.constant('all'), fc.jsonValue()) }),
  fc.record({ id: fc.uuid({ version: 7 }) }),
  fc.record({ rev: fc.integer() }),
  fc.record({ expiresAt: fc.constant('2099-01-01T00:00:00.000Z') }),
  fc.record({ title: fc.string({ unit: 'binary' }) }),
  fc.record({ zones: fc.array(fc.string()) }),
  fc.record({ when: fc.jsonValue() }),
  fc.record({ programme: fc.jsonValue() }),
  fc.dictionary(fc.string(), fc.jsonValue()),
);

/**
 * Something that the centre never signed, made of what it did sign: bytes turned, cut, doubled and put in; parts of two
 * put together; another header or payload above a true signature; other base 64 of the same.
 */
export function mutants(tokens: Tokens): fc.Arbitrary<Buffer> {
  const token = fc.constantFrom(...tokens);
  const whole = fc.tuple(token, edits).map(([from, all]) => apply(Buffer.from(from), all));
  const inside = fc.tuple(token, fc.nat(2), edits).map(([from, which, all]) => {
    const parts = partsOf(from);
    const raw = Buffer.from(parts[which] ?? '', 'base64url');
    return Buffer.from(parts.with(which, apply(raw, all).toString('base64url')).join('.'));
  });
  const mixed = fc
    .tuple(token, token, token)
    .map(([one, two, three]) => Buffer.from([partsOf(one)[0], partsOf(two)[1], partsOf(three)[2]].join('.')));
  const another = (part: 0 | 1, field: fc.Arbitrary<object>) =>
    fc.tuple(token, field).map(([from, more]) => {
      const parts = partsOf(from);
      const text = JSON.stringify({ ...JSON.parse(decoded(parts[part])), ...more });
      return Buffer.from(parts.with(part, base64url(text)).join('.'));
    });
  const otherwise = fc
    .tuple(token, fc.constantFrom('=', '==', '\n', ' ', '\t', '.', '\0', '%', '+', '/'), fc.nat(2))
    .map(([from, more, which]) =>
      Buffer.from(
        partsOf(from)
          .map((part, at) => (at === which ? part + more : part))
          .join('.'),
      ),
    );
  const lastBits = fc.tuple(token, fc.integer({ min: 1, max: 15 })).map(([from, turn]) => {
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const last = alphabet[(alphabet.indexOf(from.at(-1) ?? 'A') ^ turn) & 63] ?? 'A';
    return Buffer.from(from.slice(0, -1) + last);
  });
  return fc
    .oneof(
      { weight: 4, arbitrary: whole },
      { weight: 3, arbitrary: inside },
      { weight: 1, arbitrary: mixed },
      { weight: 2, arbitrary: another(0, headerField) },
      { weight: 3, arbitrary: another(1, payloadField) },
      { weight: 1, arbitrary: otherwise },
      { weight: 1, arbitrary: lastBits },
    )
    .filter((mutant) => mutant.byteLength > 0 && !tokens.includes(mutant.toString('latin1')));
}
