import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { asyncApi } from './asyncapi.ts';
import { jsonSchemas } from './schemas.ts';

export const root = join(import.meta.dirname, '../../..');

/** Every generated document: its path from the root of the project, and its text. */
export function protocolFiles(): ReadonlyMap<string, string> {
  const manifest: unknown = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const version = typeof manifest === 'object' && manifest !== null && 'version' in manifest ? manifest.version : '';
  const files = new Map<string, string>();
  const put = (path: string, value: unknown) => files.set(path, `${JSON.stringify(value, null, 2)}\n`);
  put('protocol/asyncapi.json', asyncApi(String(version)));
  for (const [file, schema] of jsonSchemas()) put(`protocol/schemas/${file}`, schema);
  return files;
}
