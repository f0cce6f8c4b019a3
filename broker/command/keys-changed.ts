import type { Changed } from '../keys/change-keys.ts';
import { KeyStoreError } from '../keys/errors.ts';
import { CentreClient } from './client.ts';
import { CommandFailure, type Console } from './console.ts';
import { readRunFile } from './run-file.ts';
import type { Words } from './words-en.ts';

/**
 * After a change: a running centre takes it up at once, one that is not does when it starts. What must be signed elsewhere
 * first is said.
 */
export async function tellOfChange(console: Console, data: string, changed: Changed, lines: string[], json?: object) {
  const { words } = console;
  if (changed.request === undefined && (await readRunFile(data))) {
    const centre = await CentreClient.find(data, console);
    await centre.request('POST', '/api/keys/reload').catch((error: unknown) => {
      if (!(error instanceof CommandFailure && error.status === 2)) throw error;
    });
  }
  if (json !== undefined) return console.out(JSON.stringify(json));
  const { request, version } = changed;
  const last = request === undefined ? words.keyring.inForce(version) : words.keyring.toSign(request, version);
  return console.out([...lines, last].join('\n'));
}

/** `client` is an argument, all else an option of the same name. */
function invalid({ fields }: KeyStoreError, words: Words): string {
  return fields
    .map(({ path, problem }) =>
      words.badValue(path === 'client' ? '<client>' : `--${path}`, words.problems[problem] ?? problem),
    )
    .join('\n');
}

/** Says in words what a person can put right about the keys. */
export async function inWords<T>({ words }: Console, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof KeyStoreError)) throw error;
    throw new CommandFailure(2, explain(error, words));
  }
}

function explain(error: KeyStoreError, words: Words): string {
  const { keyring } = words;
  switch (error.code) {
    case 'exists':
      return words.keysExist(error.message);
    case 'missing':
      return words.noKeys(error.message);
    case 'no-token':
      return keyring.noToken(error.message);
    case 'invalid':
      return invalid(error, words);
    case 'unreadable':
      return words.keysUnreadable(error.message);
    case 'unknown':
      return keyring.unknown(error.message);
    case 'too-many-revoked':
      return keyring.tooManyRevoked(error.message);
    case 'no-request':
      return keyring.noRequest(error.message);
    case 'no-root':
      return keyring.noRoot(error.message);
    case 'other-root':
      return keyring.otherRoot(error.message);
    case 'superseded':
      return keyring.superseded(error.message);
  }
}
