import { readFile, writeFile } from 'node:fs/promises';
import { type Command, InvalidArgumentError } from 'commander';
import { importManifest, revokeKeys, rotateKeys } from '../keys/change-keys.ts';
import { SIGNING_DAYS } from '../keys/key-store.ts';
import type { ManifestKey } from '../keys/manifest.ts';
import { signRequest } from '../keys/request.ts';
import { CommandFailure, type Console, localTime } from './console.ts';
import { inWords, tellOfChange } from './keys-changed.ts';
import { type CommonOptions, languageOption, withCommon } from './options.ts';

interface WithDays extends CommonOptions {
  readonly days: number;
}

/** rotate, revoke, import: at the centre; sign: where the root key is [P-106]. */
export function addKeysChange(keys: Command, console: Console): void {
  const { words } = console;
  const days = (text: string): number => {
    const value = Number(text);
    if (Number.isSafeInteger(value) && value >= 1 && value <= 3_650) return value;
    throw new InvalidArgumentError('1 – 3650');
  };

  withCommon(keys.command('rotate').description(words.keyring.rotate), console)
    .option('--days <n>', words.keyring.days, days, SIGNING_DAYS)
    .action(async (options: WithDays) => {
      const changed = await inWords(console, () => rotateKeys(options.data, options.days));
      const json = options.json ? changed : undefined;
      await tellOfChange(console, options.data, changed, [words.keyring.rotated(changed.kid)], json);
    });

  withCommon(keys.command('revoke').description(words.keyring.revoke), console)
    .argument('<kid...>', words.keyring.kid)
    .option('--days <n>', words.keyring.days, days, SIGNING_DAYS)
    .action(async (kids: string[], options: WithDays) => {
      const changed = await inWords(console, () => revokeKeys(options.data, kids, options.days));
      await tellOfChange(console, options.data, changed, [], options.json && changed);
    });

  withCommon(keys.command('import').description(words.keyring.import), console)
    .argument('<file>', words.keyring.importFile)
    .action(async (file: string, options: CommonOptions) => {
      const signed = await read(file, console);
      const changed = await inWords(console, () => importManifest(options.data, file, signed));
      await tellOfChange(console, options.data, changed, [], options.json && changed);
    });

  keys
    .command('sign')
    .description(words.keyring.sign)
    .argument('<request>', words.keyring.signRequest)
    .requiredOption('--root <file>', words.keyring.signRoot)
    .requiredOption('--out <file>', words.keyring.signOut)
    .option('--json', words.optionJson)
    .addOption(languageOption(console))
    .action((file: string, options: { root: string; out: string; json?: true }) => sign(file, options, console));
}

async function sign(
  file: string,
  { root, out, json }: { root: string; out: string; json?: true },
  console: Console,
): Promise<void> {
  const { words, language } = console;
  const [request, pem] = [await read(file, console), await read(root, console)];
  const done = await inWords(console, () => signRequest(file, request, pem.toString('utf8')));
  const { signed, next, differences } = done;
  try {
    await writeFile(out, signed);
  } catch (error) {
    throw new CommandFailure(2, words.badFile(out, (error as Error).message));
  }
  const { centre, version } = next;
  if (json) return console.out(JSON.stringify({ centre, version, ...differences, manifest: out }));
  const until = ({ notAfter }: ManifestKey) => (notAfter === undefined ? '' : `, ${localTime(notAfter, language)}`);
  return console.out(
    [
      words.keyring.signed(centre, version, out),
      ...differences.added.map((key) => words.keyring.added(`${key.kid}, ${whatIs(key, console)}${until(key)}`)),
      ...differences.revoked.map(words.keyring.revoked),
      ...differences.dropped.map(words.keyring.dropped),
    ].join('\n'),
  );
}

/** What a key is for, in words. */
export function whatIs(key: ManifestKey, { words }: Console): string {
  if (key.use === 'centre') return words.keyring.signingKey;
  return words.keyring.clientKey(key.client, key.priorities.map((priority) => words.priorities[priority]).join(', '));
}

async function read(file: string, { words }: Console): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (error) {
    throw new CommandFailure(2, words.badFile(file, (error as Error).message));
  }
}
