import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Command, Option } from 'commander';
import * as v from 'valibot';
import { type Priority, priority } from '../../protocol/fields.ts';
import { addClientKey } from '../keys/change-keys.ts';
import { initKeys } from '../keys/key-store.ts';
import { CentreClient } from './client.ts';
import { CommandFailure, type Console } from './console.ts';
import { addKeysChange } from './keys-change.ts';
import { inWords, tellOfChange } from './keys-changed.ts';
import { addKeysList } from './keys-list.ts';
import { type CommonOptions, withCommon } from './options.ts';

export function addKeysCommands(program: Command, console: Console): void {
  const { words } = console;
  const keys = program.command('keys').description(words.keys);

  withCommon(keys.command('init').description(words.keysInit), console)
    .requiredOption('--centre <id>', words.keysInitCentre)
    .action(async (options: CommonOptions & { centre: string }) => {
      const made = await inWords(console, () => initKeys(options.data, options.centre));
      console.out(options.json ? JSON.stringify(made) : words.keysInitDone(made.centre, made.root));
    });

  addKeysList(keys, console);
  addKeysChange(keys, console);
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
      const line = words.keysAddDone(added.kid);
      await tellOfChange(console, options.data, added, [line], options.json && added);
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
