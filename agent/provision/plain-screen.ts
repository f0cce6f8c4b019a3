import type { Screen } from './person.ts';

/** Line by line, for a log or a script. */
export function plainScreen(write: (line: string) => void): Screen {
  return {
    begin: (title) => write(title),
    step: (text) => write(`… ${text}`),
    passed: (text) => write(`✓ ${text}`),
    skipped: (text) => write(`– ${text}`),
    failed: (text, remedy) =>
      write(`✗ ${text}${remedy === undefined ? '' : `\n    ${remedy.replaceAll('\n', '\n    ')}`}`),
    end: (text) => write(text),
  };
}
