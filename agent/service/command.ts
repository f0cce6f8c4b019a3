import type { Language } from '../words.ts';
import { installService, removeService, serviceState, serviceUnit } from './install.ts';
import { ServiceError } from './service-error.ts';
import { thisSystem } from './system.ts';
import { serviceWords } from './words.ts';

export interface ServiceCommand {
  readonly action: string | undefined;
  readonly config: string | undefined;
  readonly json: boolean;
  readonly language: Language;
}

/**
 * `loa-agent service install|remove|status|print`: what to print on which stream, and the exit code: 0, 1 not done (for
 * `status`: it does not run), 2 usage. Throws ConfigurationError.
 */
export async function serviceCommand({
  action,
  config,
  json,
  language,
}: ServiceCommand): Promise<{ readonly code: number; readonly text: string }> {
  const say = serviceWords(language);
  try {
    switch (action) {
      case 'install':
      case 'print': {
        if (config === undefined) return { code: 2, text: say.usage };
        if (action === 'print') return { code: 0, text: (await serviceUnit({ config })).trimEnd() };
        const installed = await installService({ config });
        return { code: 0, text: json ? JSON.stringify(installed) : say.installed(installed) };
      }
      case 'remove':
        await removeService();
        return { code: 0, text: say.removed };
      case 'status': {
        const state = await serviceState(thisSystem());
        return { code: state.active === 'active' ? 0 : 1, text: json ? JSON.stringify(state) : say.state(state) };
      }
      default:
        return { code: 2, text: say.usage };
    }
  } catch (error) {
    if (error instanceof ServiceError) return { code: 1, text: say.failed(error) };
    throw error;
  }
}
