import { readFile } from 'node:fs/promises';
import { parse, TomlError, type TomlTable } from 'smol-toml';
import { validate } from '../../protocol/decode.ts';
import type { EnrolmentAnswer } from '../../protocol/enrolment.ts';
import { ConfigurationError } from '../configuration/load.ts';
import { configurationSchema } from '../configuration/schema.ts';
import { identityPaths } from './identity.ts';

/** A key of the configuration that an enrolment has changed. */
export interface Change {
  readonly key: string;
  /** Empty where it was not there. */
  readonly before: string;
  readonly after: string;
}

/**
 * A configuration with what an enrolment says in it: which station it is, of which centre, and where its identity lies.
 * Its name, groups and languages may be the technician's own, unless they are another station's. All else stays.
 */
export function withIdentity(
  before: TomlTable,
  { centre, root, url, plan }: EnrolmentAnswer,
  state: string,
): TomlTable {
  const { authority, certificate } = identityPaths(state);
  const of = (key: string): TomlTable => (before[key] ?? {}) as TomlTable;
  const planned = { name: plan.name, groups: plan.groups, languages: plan.languages };
  const isAnother = before.station !== plan.station || before.centre !== centre;
  return {
    ...planned,
    ...before,
    ...(isAnother && planned),
    centre,
    station: plan.station,
    state,
    link: { ...of('link'), url, certificate },
    trust: { ...of('trust'), root, authority },
  };
}

/** What `withIdentity` has changed, key by key. */
export function changesBetween(before: TomlTable, after: TomlTable): readonly Change[] {
  const keys = ['centre', 'station', 'name', 'groups', 'languages', 'state'];
  const paths = [...keys, 'link.url', 'link.certificate', 'trust.root', 'trust.authority'];
  return paths
    .map((key) => ({ key, before: valueAt(before, key), after: valueAt(after, key) }))
    .filter((change) => change.before !== change.after);
}

/** The file's table; undefined where there is no file. Throws ConfigurationError. */
export async function readTable(file: string): Promise<TomlTable | undefined> {
  try {
    return parse(await readFile(file, 'utf8'));
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    const where = cause instanceof TomlError ? `line ${cause.line}, column ${cause.column}` : '';
    const problem = cause instanceof TomlError ? 'is not valid TOML' : `cannot be read (${(cause as Error).message})`;
    throw new ConfigurationError(file, [{ path: where, problem }], cause);
  }
}

/** Some enrolment's answer. */
const SOME: EnrolmentAnswer = {
  ...{ centre: 'x', root: 'A'.repeat(43), url: 'mqtts://x', authority: '', certificate: '' },
  plan: { station: 'x', name: 'x', groups: [], languages: ['vi'], zones: [] },
};

/** Throws ConfigurationError with all that is wrong in a table and that no enrolment would mend. */
export function checkTable(file: string, table: TomlTable): void {
  const checked = validate(configurationSchema, withIdentity(table, SOME, '/'));
  if (!checked.ok) throw new ConfigurationError(file, checked.refusal.fields);
}

function valueAt(table: TomlTable, path: string): string {
  const value = path.split('.').reduce<unknown>((part, key) => (part as TomlTable | undefined)?.[key], table);
  return Array.isArray(value) ? value.join(', ') : String(value ?? '');
}
