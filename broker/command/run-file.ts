import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { validate } from '../../protocol/decode.ts';
import { parseJson } from '../../protocol/json.ts';
import { readIfThere, writePrivateFile } from '../keys/files.ts';

/** Where the running centre of a data folder is found: `DIR/run.json`. */
const runSchema = v.object({ ready: v.literal(true), mqtt: v.string(), http: v.string() });
export type RunFile = v.InferOutput<typeof runSchema>;

const pathIn = (data: string): string => join(data, 'run.json');

export function writeRunFile(data: string, run: RunFile): Promise<void> {
  return writePrivateFile(pathIn(data), `${JSON.stringify(run)}\n`);
}

export async function readRunFile(data: string): Promise<RunFile | undefined> {
  const bytes = await readIfThere(pathIn(data));
  const parsed = bytes && parseJson(bytes);
  if (!parsed?.ok) return undefined;
  const checked = validate(runSchema, parsed.value);
  return checked.ok ? checked.value : undefined;
}

export function removeRunFile(data: string): Promise<void> {
  return rm(pathIn(data), { force: true });
}
