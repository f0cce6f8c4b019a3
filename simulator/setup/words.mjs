/**
 * What the set-up says, to people, on stderr: stdout belongs to the program that follows. Vietnamese unless
 * `--lang en` or LOA_LANG=en, as that program will have it.
 */
const args = process.argv.slice(2);
const flag = args.findIndex((argument) => argument === '--lang' || argument.startsWith('--lang='));
const language = flag < 0 ? process.env.LOA_LANG : (args[flag].split('=')[1] ?? args[flag + 1]);
const english = language === 'en';

export const say = (vi, en) => process.stderr.write(`${english ? en : vi}\n`);
