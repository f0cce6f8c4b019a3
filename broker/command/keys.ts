import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Command, Option } from 'commander';
import * as v from 'valibot';
import { type Priority, priority } from '../../protocol/fields.ts';
import { addClientKey, initKeys, KeyStoreError } from '../keys/key-store.ts';
import { CentreClient } from './client.ts';
import { CommandFailure, type Console } from './console.ts';
import { type CommonOptions, withCommon } from './options.ts';
import { readRunFile } from './run-file.ts';
import type { Words } from './words-en.ts';

export function addKeysCommands(program: Command, console: Console): void {
  const { words } = console;
  const keys = program.command('keys').description(words.keys);

  withCommon(keys.command('init').description(words.keysInit), console)
    .requiredOption('--centre <id>', words.keysInitCentre)
    .action(async (options: CommonOptions & { centre: string }) => {
      const made = await inWords(console, () => initKeys(options.data, options.centre));
      console.out(options.json ? JSON.stringify(made) : words.keysInitDone(made.centre, made.root));
    });

  addCertificate(keys, console);

  withCommon(keys.command('add-client').description(words.keysAdd), console)
    .argument('<client>', words.keysAddClient)
    .requiredOption('--key <base64url>', words.keysAddKey)
    .addOption(
      new Option('--priority <priority...>', words.keysAddPriority).choices(priority.options).makeOptionMandatory(),
    )
    .action(async (client: string, options: CommonOptions & { key: string; priority: Priority[] }) => {
      const added = await inWords(console, () =>
        addClientKey(options.data, { client, key: options.key, priorities: options.priority }),
      );
      // A running centre publishes the new manifest at once; one that is not takes it when it starts.
      if (await readRunFile(options.data)) {
        const centre = await CentreClient.find(options.data, console);
        await centre.request('POST', '/api/keys/reload').catch((error: unknown) => {
          if (!(error instanceof CommandFailure && error.status === 2)) throw error;
        });
      }
      console.out(options.json ? JSON.stringify(added) : words.keysAddDone(added.kid, added.version));
    });
}

function addCertificate(keys: Command, console: Console): void {
  const { words } = console;
  withCommon(keys.command('certificate').description(words.keysCertificate), console)
    .argument('<client>', words.keysAddClient)
    .option('--out <dir>', words.keysCertificateOut, '.')
    .action(async (client: string, options: CommonOptions & { out: string }) => {
      const centre = await CentreClient.find(options.data, console);
      const path = `/api/clients/${encodeURIComponent(client)}/certificate`;
      const made = await centre.post(path, {}, certificateSchema);
      if (options.json) return console.out(JSON.stringify(made));
      const files = { certificate: join(options.out, `${client}.crt`), authority: join(options.out, 'authority.crt') };
      try {
        await mkdir(options.out, { recursive: true });
        await writeFile(files.certificate, made.certificate);
        await writeFile(files.authority, made.authority);
      } catch (error) {
        throw new CommandFailure(2, words.badFile(options.out, (error as Error).message));
      }
      return console.out(words.keysCertified(client, files.certificate, files.authority));
    });
}

const certificateSchema = v.object({
  client: v.string(),
  certificate: v.string(),
  authority: v.string(),
  expiresAt: v.string(),
});

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
    switch (error.code) {
      case 'exists':
        throw new CommandFailure(2, words.keysExist(error.message));
      case 'missing':
        throw new CommandFailure(2, words.noKeys(error.message));
      case 'invalid':
        throw new CommandFailure(2, invalid(error, words));
      case 'unreadable':
        throw new CommandFailure(2, words.keysUnreadable(error.message));
    }
  }
}
