import { request } from 'node:http';
import type * as v from 'valibot';
import { validate } from '../../protocol/decode.ts';

/** No agent answers at the address: none runs, or it is ending. */
export class NotRunningError extends Error {
  override readonly name = 'NotRunningError';
}

const DEADLINE_MS = 5_000;

/** Asks the running agent. Throws NotRunningError, or what is wrong with its answer. */
export async function ask<T>(
  address: string,
  method: 'GET' | 'POST',
  path: string,
  schema: v.GenericSchema<unknown, T>,
): Promise<T> {
  const body = await new Promise<Buffer>((resolve, reject) => {
    const asked = request({ socketPath: address, method, path, timeout: DEADLINE_MS }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.once('end', () => resolve(Buffer.concat(chunks)));
      response.once('error', reject);
    });
    asked.once('timeout', () => asked.destroy(new Error('no answer in time')));
    asked.once('error', (cause) => reject(new NotRunningError('the agent does not answer', { cause })));
    asked.end();
  });
  const answer = validate(schema, JSON.parse(body.toString('utf8')));
  if (!answer.ok) throw answer.refusal;
  return answer.value;
}
