import { parseCode } from '../../protocol/enrolment.ts';

/** What must not leave a board, wherever it turns up; each is replaced and its place kept. */
const secrets: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, '[private key]'],
  // The private part of a JWK, as station-key.json has it.
  [/("d"\s*:\s*")[^"]*/g, '$1[private key]'],
  // Enrolment codes, in groups of four.
  [/\b[0-9A-Za-z]{4}(?:[- ][0-9A-Za-z]{4}){5}\b/g, '[code]'],
  // On a command line, as the shell or as JSON has it.
  [/(--code["'\\]*[=\s,]+["'\\]*)[^\s"',\\]+/g, '$1[code]'],
  // Compact JWS: orders could be played back, other tokens could open doors.
  [/\beyJ[\w-]{8,}\.[\w-]+\.[\w-]*/g, '[token]'],
  [/(bearer\s+|(?:api[-_]?token|password|passwd|secret)["']?\s*[=:]\s*["']?)[^\s"',]+/gi, '$1[secret]'],
  [/(:\/\/)[^\s/@"']+@/g, '$1[user]@'],
];

/** In other groups or in none, but not in the middle of an id or of base64. */
const LIKE_CODE = /(?<![\w+/-])[0-9A-Za-z]{4}(?:[- ]?[0-9A-Za-z]{4}){5}(?![\w+/=-])/g;

export const withoutSecrets = (text: string): string =>
  secrets
    .reduce((rest, [pattern, instead]) => rest.replace(pattern, instead), text)
    .replace(LIKE_CODE, (found) => (isCode(found) ? '[code]' : found));

/** Words have no digits, or stand apart; what is neither large nor small is a piece of something longer. */
function isCode(found: string): boolean {
  if (parseCode(found) === undefined) return false;
  const isLarge = found === found.toUpperCase();
  return /\d/.test(found) ? isLarge || found === found.toLowerCase() : isLarge && !/[- ]/.test(found);
}
