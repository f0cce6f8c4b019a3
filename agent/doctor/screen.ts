import type { Language } from '../words.ts';
import { exitCode, type Finding, type Level, levelOf } from './finding.ts';
import type { DoctorWords } from './words.ts';
import { english } from './words-en.ts';
import { vietnamese } from './words-vi.ts';

export const doctorWords = (language: Language): DoctorWords => (language === 'en' ? english : vietnamese);

/** A finding in words. */
export function inWords(
  { code, detail, problems }: Finding,
  say: DoctorWords,
): { readonly found: string; readonly fix?: string } {
  const [found, fix] = say.of[code];
  const named = problems?.map(say.problem).map(({ key, problem }) => `${key} ${problem}`) ?? [];
  return { found: found.replace('%', () => [detail, ...named].join('; ')), ...(fix !== undefined && { fix }) };
}

/** One screen: what is wrong comes last, where the eye is. */
export function screen(findings: readonly Finding[], language: Language): string {
  const say = doctorWords(language);
  const width = Math.max(...Object.values(say.level).map((word) => word.length));
  const levels: readonly Level[] = ['good', 'warning', 'broken'];
  const lines = levels.flatMap((level) =>
    findings
      .filter((finding) => levelOf(finding) === level)
      .flatMap((finding) => {
        const { found, fix } = inWords(finding, say);
        const line = `${say.level[level].padEnd(width)}  ${found}`;
        return fix === undefined ? [line] : [line, `${' '.repeat(width)}    ${say.fix}: ${fix}`];
      }),
  );
  return [...lines, say.summary[exitCode(findings)]].join('\n');
}
