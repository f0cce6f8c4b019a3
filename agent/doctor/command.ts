import type { Language } from '../words.ts';
import { bundle } from './bundle.ts';
import { examine } from './examine.ts';
import { exitCode, levelOf } from './finding.ts';
import { doctorWords, inWords, screen } from './screen.ts';

export interface DoctorCommand {
  readonly config: string | undefined;
  readonly json: boolean;
  /** Where an archive for those who help is to be written. */
  readonly bundle: string | undefined;
  readonly language: Language;
}

/** `loa-agent doctor`. Exit codes: 0 all good, 1 a warning, 2 something is broken, 64 usage. */
export async function doctorCommand(options: DoctorCommand): Promise<{ readonly code: number; readonly text: string }> {
  const { config, json, language } = options;
  const say = doctorWords(language);
  if (config === undefined) return { code: 64, text: say.usage };
  const examined = await examine(config);
  const { findings } = examined;
  const code = exitCode(findings);
  const told: string[] = [];
  if (json) {
    const list = findings.map((finding) => ({ ...finding, level: levelOf(finding), ...inWords(finding, say) }));
    told.push(JSON.stringify({ code, findings: list }, undefined, 2));
  } else {
    told.push(screen(findings, language));
  }
  if (options.bundle === undefined) return { code, text: told.join('\n') };
  try {
    await bundle(options.bundle, examined, config);
    return { code, text: [...told, ...(json ? [] : [say.bundled(options.bundle)])].join('\n') };
  } catch (error) {
    return { code: 2, text: [...told, say.cannotBundle((error as Error).message)].join('\n') };
  }
}
