import fc from 'fast-check';
import { isSafeText } from '../../protocol/text.ts';

/** Arbitraries of the fields that messages share: what is valid, and near the edges of it. */

const letters = [...'abcxyzABC0189 .,;:!?"\\/<>&%ĂÂĐÊÔƠƯắầậđếệộợừựỹ漢字か한'].concat(['🔊', '👨‍👩‍👧', 'ꓡꓲ', 'ⴰ']);

export const text = (max: number) =>
  fc
    .string({ unit: fc.constantFrom(...letters), minLength: 1, maxLength: Math.min(max, 40) })
    .map((value) => value.normalize('NFC').slice(0, max))
    .filter((value) => value.trim() !== '' && isSafeText(value));

export const identifier = fc.stringMatching(/^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/);
export const identifiers = (max: number) => fc.uniqueArray(identifier, { minLength: 1, maxLength: Math.min(max, 8) });

const hex = (length: number) => fc.stringMatching(new RegExp(`^[0-9a-f]{${length}}$`));
export const sha256 = hex(64);
export const randomId = hex(32);
export const orderId = fc.uuid({ version: 7 });
export const revision = fc.integer({ min: 1, max: 1_000_000 });
export const counter = fc.maxSafeNat();
export const orderReference = fc.record({ id: orderId, rev: revision });

const year = { min: new Date('0000-01-01T00:00:00.000Z'), max: new Date('9999-12-31T23:59:59.999Z') };
export const instant = fc.date({ ...year, noInvalidDate: true }).map((date) => date.toISOString());
export const localDate = instant.map((value) => value.slice(0, 10));
/** Two instants, the first before the second. */
export const span = fc
  .uniqueArray(instant, { minLength: 2, maxLength: 2 })
  .map((pair) => [...pair].sort() as [string, string]);

export const language = fc.constantFrom('vi', 'hmn', 'hmn-Latn', 'tai-Tavt', 'km-KH', 'zh-Hant-TW');
export const priority = fc.constantFrom('emergency' as const, 'priority' as const, 'routine' as const);
export const publicKey = fc.stringMatching(/^[A-Za-z0-9_-]{43}$/);
export const keyId = fc.stringMatching(/^[A-Za-z0-9._-]{1,64}$/);

export const number = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0);
export const positive = fc.double({ min: 0, max: 1e12, noNaN: true }).map((value) => value + 0);
export const fraction = fc.double({ min: 0, max: 1, noNaN: true }).map((value) => value + 0);
