import { Interrupted, type Person } from '../../agent/provision/person.ts';

/** Answers in turn; `choose` by the value, `confirm` by yes or no. */
export function scripted(answers: readonly string[]): Person & { readonly asked: string[] } {
  const left = [...answers];
  const asked: string[] = [];
  const next = (message: string): string => {
    asked.push(message);
    const given = left.shift();
    if (given === undefined) throw new Interrupted();
    return given;
  };
  return {
    asked,
    async text({ message, initial, check }) {
      for (;;) {
        const given = next(message) || (initial ?? '');
        if (check?.(given) === undefined) return given;
      }
    },
    async choose(message, choices) {
      const given = next(message);
      const choice = choices.find(({ value }) => value === given);
      if (choice === undefined) throw new Error(`${message}: ${given} is not among ${choices.map((c) => c.value)}`);
      return choice.value;
    },
    confirm: async (message) => next(message) === 'yes',
  };
}
