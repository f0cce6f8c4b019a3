import type { Command } from 'commander';
import * as v from 'valibot';
import { revokeKeys } from '../keys/change-keys.ts';
import { loadKeys, SIGNING_DAYS } from '../keys/key-store.ts';
import { CentreClient } from './client.ts';
import type { Console } from './console.ts';
import { inWords, tellOfChange } from './keys-changed.ts';
import { type CommonOptions, withCommon } from './options.ts';

const revokedSchema = v.object({
  client: v.string(),
  keys: v.array(v.string()),
  certificates: v.number(),
  orders: v.array(v.string()),
});

export function addClientsCommand(program: Command, console: Console): void {
  const { words } = console;
  const clients = program.command('clients').alias('client').description(words.keyring.clients);
  withCommon(clients.command('revoke').description(words.keyring.clientsRevoke), console)
    .argument('<client>', words.keysAddClient)
    .action(async (client: string, options: CommonOptions) => {
      const centre = await CentreClient.find(options.data, console);
      // The centre obeys it no more from here on; the manifest, which a root key elsewhere may have to sign, says so later.
      const path = `/api/clients/${encodeURIComponent(client)}/revoke`;
      const done = await centre.post(path, {}, revokedSchema);
      const lines = [
        words.keyring.clientRevoked(client, done.keys.length, done.certificates),
        ...(done.orders.length > 0 ? [words.keyring.clientOrders(done.orders)] : []),
      ];
      const { manifest } = await inWords(console, () => loadKeys(options.data));
      const listed = manifest.keys.flatMap((key) => (key.use === 'client' && key.client === client ? [key.kid] : []));
      if (listed.length === 0) return console.out(options.json ? JSON.stringify(done) : lines.join('\n'));
      const changed = await inWords(console, () => revokeKeys(options.data, listed, SIGNING_DAYS));
      return tellOfChange(console, options.data, changed, lines, options.json && { ...done, ...changed });
    });
}
