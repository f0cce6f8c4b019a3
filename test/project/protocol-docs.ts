import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { protocolFiles, root } from './protocol-files.ts';

/** `npm run protocol:docs`: writes the JSON Schemas and the AsyncAPI document that are made of the code's schemas. */
rmSync(join(root, 'protocol/schemas'), { recursive: true, force: true });
mkdirSync(join(root, 'protocol/schemas'), { recursive: true });
for (const [path, text] of protocolFiles()) {
  writeFileSync(join(root, path), text);
  console.log(path);
}
