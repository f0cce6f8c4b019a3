import { english, type Words } from './words-en.ts';
import { vietnamese } from './words-vi.ts';

export type Language = 'vi' | 'en';

export const wordsIn = (language: Language): Words => (language === 'en' ? english : vietnamese);

/** Vietnamese, unless `--lang en` or LOA_LANG=en says otherwise; needed before the options are parsed. */
export function chosenLanguage(parameters: readonly string[], environment: NodeJS.ProcessEnv): Language {
  const at = parameters.indexOf('--lang');
  const given =
    parameters.find((parameter) => parameter.startsWith('--lang='))?.slice('--lang='.length) ??
    (at >= 0 ? parameters[at + 1] : undefined) ??
    environment.LOA_LANG;
  return given === 'en' ? 'en' : 'vi';
}
