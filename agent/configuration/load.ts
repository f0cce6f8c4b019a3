import { readFile } from 'node:fs/promises';
import { parse, TomlError } from 'smol-toml';
import { validate } from '../../protocol/decode.ts';
import type { FieldProblem } from '../../protocol/refusal.ts';
import { type Configuration, configurationSchema } from './schema.ts';

/** The configuration cannot be used; `problems` name each key and what to do about it. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
  readonly file: string;
  readonly problems: readonly FieldProblem[];

  constructor(file: string, problems: readonly FieldProblem[], cause?: unknown) {
    super(problems.map(({ path, problem }) => (path ? `${path}: ${problem}` : problem)).join('; '), { cause });
    this.file = file;
    this.problems = problems;
  }
}

/** Reads and checks the file once. Throws ConfigurationError with every problem at once. */
export async function loadConfiguration(file: string): Promise<Configuration> {
  let source: string;
  try {
    source = await readFile(file, 'utf8');
  } catch (cause) {
    throw new ConfigurationError(file, [{ path: '', problem: `cannot be read (${(cause as Error).message})` }], cause);
  }
  let table: unknown;
  try {
    table = parse(source);
  } catch (cause) {
    const where = cause instanceof TomlError ? `line ${cause.line}, column ${cause.column}` : '';
    throw new ConfigurationError(file, [{ path: where, problem: 'is not valid TOML' }], cause);
  }
  const checked = validate(configurationSchema, table);
  if (!checked.ok) throw new ConfigurationError(file, checked.refusal.fields);
  return checked.value;
}
