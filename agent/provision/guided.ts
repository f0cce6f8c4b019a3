import { setTimeout as delay } from 'node:timers/promises';
import { type CANCEL_SYMBOL, confirm, intro, isCancel, log, outro, select, text } from '@clack/prompts';
import { Interrupted, type Person, type Screen } from './person.ts';
import type { ProvisionWords } from './words.ts';
import { wrapped } from './wrapped.ts';

/** What was typed before a question is read within this time. */
const TYPED_BEFORE_MS = 50;

/** Asks at the terminal. */
export function terminalPerson(words: Pick<ProvisionWords, 'yes' | 'no' | 'empty'>): Person {
  return {
    async text({ message, initial, check }) {
      const validate = (typed: string | undefined) => {
        const answer = typed?.trim() ?? '';
        return answer === '' ? words.empty : check?.(answer);
      };
      const prompt = { message, validate, ...(initial !== undefined && { initialValue: initial }) };
      return (await answered(() => text(prompt))).trim();
    },
    async choose(message, choices, initial) {
      const options = choices.map(({ value, label, hint }) => ({ value: String(value), label, ...(hint && { hint }) }));
      const chosen = await answered(() =>
        select({
          message,
          options,
          showInstructions: false,
          ...(initial !== undefined && { initialValue: String(initial) }),
        }),
      );
      const choice = choices.find(({ value }) => value === chosen);
      if (choice === undefined) throw new Interrupted();
      return choice.value;
    },
    confirm: (message, initial) =>
      answered(() => confirm({ message, initialValue: initial, active: words.yes, inactive: words.no })),
  };
}

/** `keys`: how to answer, for those who have never seen such a screen. */
export const terminalScreen = (keys: string): Screen => ({
  begin: (title) => {
    intro(title);
    log.info(fitted(keys));
  },
  step: (message) => log.step(fitted(message)),
  passed: (message) => log.success(fitted(message)),
  skipped: (message) => log.info(fitted(message)),
  failed: (message, remedy) => log.error(fitted(remedy === undefined ? message : `${message}\n${remedy}`)),
  end: (message) => outro(message),
});

/** clack 1.9 lets the terminal break its lines, in the middle of a word and without the bar before the rest. */
const fitted = (text: string): string => wrapped(text, (process.stdout.columns ?? 80) - 4);

async function answered<T>(ask: () => Promise<T | typeof CANCEL_SYMBOL>): Promise<T> {
  await forgetTyped();
  const answer = await ask();
  if (isCancel(answer)) throw new Interrupted();
  return answer as T;
}

/** An Enter that was pressed while a tone played must not answer whether it was heard [P-110]. */
async function forgetTyped(): Promise<void> {
  const { stdin } = process;
  if (!stdin.isTTY) return;
  const ignore = () => {};
  stdin.setRawMode(true);
  stdin.on('data', ignore);
  await delay(TYPED_BEFORE_MS);
  stdin.off('data', ignore);
  stdin.pause();
  stdin.setRawMode(false);
}
