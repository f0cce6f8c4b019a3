/** What must not leave a board, wherever it turns up; each is replaced and its place kept. */
const secrets: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, '[private key]'],
  // The private part of a JWK, as station-key.json has it.
  [/("d"\s*:\s*")[^"]*/g, '$1[private key]'],
  // Enrolment codes, in groups of four or not.
  [/\b[0-9A-Za-z]{4}(?:[- ][0-9A-Za-z]{4}){5}\b/g, '[code]'],
  [/(--code[= ]+)\S+/g, '$1[code]'],
  // Compact JWS: orders could be played back, other tokens could open doors.
  [/\beyJ[\w-]{8,}\.[\w-]+\.[\w-]*/g, '[token]'],
  [/(bearer\s+|(?:api[-_]?token|password|passwd|secret)["']?\s*[=:]\s*["']?)[^\s"',]+/gi, '$1[secret]'],
  [/(:\/\/)[^\s/@"']+@/g, '$1[user]@'],
];

export const withoutSecrets = (text: string): string =>
  secrets.reduce((rest, [pattern, instead]) => rest.replace(pattern, instead), text);
