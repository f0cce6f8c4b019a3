import { mkdir } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { stringify, type TomlTable } from 'smol-toml';
import type { EnrolmentAnswer } from '../../protocol/enrolment.ts';
import { writePrivate } from '../card/durable.ts';
import { ConfigurationError, loadConfiguration } from '../configuration/load.ts';
import type { Configuration } from '../configuration/schema.ts';
import { readTable, withIdentity } from '../enrol/identity-in-configuration.ts';
import type { Finding } from './record.ts';
import type { PlannedZone } from './zone-plan.ts';

export interface ConfigurationFacts {
  readonly file: string;
  readonly state: string;
  readonly answer: EnrolmentAnswer;
  readonly line: string;
  readonly zones: readonly PlannedZone[];
  readonly device?: string | undefined;
  readonly player?: string | undefined;
}

/**
 * Writes what was found and tested; keys that this set-up knows nothing of (policy, cache, the amplifier's settling) stay
 * as they are. A file that says all this already is not touched. Never rejects.
 */
export async function writeConfiguration(facts: ConfigurationFacts): Promise<Finding> {
  const { file } = facts;
  try {
    const before = await readTable(file);
    const after = merged(before ?? {}, facts);
    if (before !== undefined && isDeepStrictEqual(plain(before), plain(after))) {
      await loadConfiguration(file);
      return { code: 'configuration-kept', file };
    }
    await mkdir(dirname(resolve(file)), { recursive: true });
    await writePrivate(file, stringify(after));
    await loadConfiguration(file);
    return { code: 'configuration-written', file };
  } catch (error) {
    return { code: 'configuration-bad', file, detail: (error as Error).message };
  }
}

/** The configuration as it was before, where there is one that can be used. */
export async function existingConfiguration(file: string): Promise<Configuration | undefined> {
  return loadConfiguration(file).catch((error: unknown) => {
    if (error instanceof ConfigurationError) return undefined;
    throw error;
  });
}

function merged(before: TomlTable, { state, answer, line, zones, device, player }: ConfigurationFacts): TomlTable {
  const of = (key: string): TomlTable => (before[key] ?? {}) as TomlTable;
  const zonesBefore = (Array.isArray(before.zones) ? before.zones : []) as readonly TomlTable[];
  return {
    ...withIdentity(before, answer, state),
    name: answer.plan.name,
    groups: answer.plan.groups,
    languages: answer.plan.languages,
    hardware: { ...of('hardware'), driver: 'sc1', line },
    zones: zones.map(({ id, name, tags, relay }) => ({
      ...zonesBefore.find((zone) => zone.id === id),
      id,
      name,
      relay,
      tags: [...tags],
    })),
    audio: {
      sink: 'alsa',
      ...of('audio'),
      ...(device !== undefined && { device }),
      ...(player !== undefined && { player: [player] }),
    },
  };
}

const plain = (table: TomlTable): unknown => JSON.parse(JSON.stringify(table));
