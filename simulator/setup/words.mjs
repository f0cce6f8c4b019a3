/**
 * What the set-up says, to people, on stderr: stdout belongs to the program that follows. Vietnamese unless
 * LOA_LANG=en.
 */
const english = process.env.LOA_LANG === 'en';

export const say = (vi, en) => process.stderr.write(`${english ? en : vi}\n`);
