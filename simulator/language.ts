export type Language = 'vi' | 'en';

/** Vietnamese, unless `--lang en` or LOA_LANG=en; looked up before the arguments are parsed, for their own errors. */
export function languageOf(args: readonly string[], environment: NodeJS.ProcessEnv): Language {
  const at = args.findIndex((argument) => argument === '--lang' || argument.startsWith('--lang='));
  const given = at < 0 ? environment.LOA_LANG : (args[at]?.split('=')[1] ?? args[at + 1]);
  return given === 'en' ? 'en' : 'vi';
}
