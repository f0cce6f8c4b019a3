import { access } from 'node:fs/promises';
import type { Command } from 'commander';
import * as v from 'valibot';
import { type CentreKeys, loadKeys } from '../keys/key-store.ts';
import type { ManifestKey } from '../keys/manifest.ts';
import { keyPaths } from '../keys/paths.ts';
import { entrySchema } from '../roster/entry.ts';
import { CentreClient } from './client.ts';
import { CommandFailure, type Console, localTime, table } from './console.ts';
import { whatIs } from './keys-change.ts';
import { inWords } from './keys-changed.ts';
import { type CommonOptions, withCommon } from './options.ts';
import { readRunFile } from './run-file.ts';

type State = 'signs' | 'counts' | 'ended' | 'revoked';

interface Followers {
  readonly following: number;
  readonly behind: readonly string[];
}

export function addKeysList(keys: Command, console: Console): void {
  const { words, language } = console;
  withCommon(keys.command('list').description(words.keyring.list), console).action(async (options: CommonOptions) => {
    const centre = await inWords(console, () => loadKeys(options.data));
    const { version, issuedAt, revoked } = centre.manifest;
    const listed = centre.manifest.keys.map((key) => ({ ...key, state: stateOf(key, centre) }));
    const rootIsHere = await isThere(keyPaths(options.data).rootPrivate);
    const stations = await followers(options.data, version, console);
    if (options.json) {
      const said = { version, issuedAt, root: centre.root, rootIsHere, keys: listed, revoked, stations };
      return console.out(JSON.stringify(said));
    }
    const rows = listed.map((key) => {
      const until = key.notAfter === undefined ? words.keyring.forEver : localTime(key.notAfter, language);
      return [key.kid, whatIs(key, console), words.keyring.states[key.state], until];
    });
    const gone = revoked.map((kid) => [kid, '', words.keyring.states.revoked, '']);
    const { keyring } = words;
    return console.out(
      [
        table(keyring.head, [...rows, ...gone]),
        '',
        `${keyring.manifest(version, localTime(issuedAt, language))} ${rootIsHere ? keyring.rootHere : keyring.rootElsewhere}`,
        stations === undefined
          ? keyring.notRunning
          : keyring.follow(stations.following, stations.following + stations.behind.length),
        ...(stations !== undefined && stations.behind.length > 0 ? [keyring.behind(stations.behind.join(', '))] : []),
      ].join('\n'),
    );
  });
}

function stateOf({ kid, notAfter }: ManifestKey, { signer, manifest }: CentreKeys): State {
  if (manifest.revoked.includes(kid)) return 'revoked';
  if (notAfter !== undefined && notAfter <= new Date().toISOString()) return 'ended';
  return signer.kid === kid ? 'signs' : 'counts';
}

/** Who keeps to this version, by their last word; undefined while no centre runs. */
async function followers(data: string, version: number, console: Console): Promise<Followers | undefined> {
  if ((await readRunFile(data)) === undefined) return undefined;
  try {
    const centre = await CentreClient.find(data, console);
    const { stations } = await centre.get('/api/stations', v.object({ stations: v.array(entrySchema) }));
    const behind = stations.filter(({ birth }) => (birth?.keys ?? 0) < version).map(({ station }) => station);
    return { following: stations.length - behind.length, behind };
  } catch (error) {
    if (error instanceof CommandFailure) return undefined;
    throw error;
  }
}

const isThere = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
