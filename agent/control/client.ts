import { request } from 'node:http';
import { connect } from 'node:net';
import * as v from 'valibot';
import { validate } from '../../protocol/decode.ts';
import { fieldProblem } from '../../protocol/fields.ts';
import { Refusal, refusalCodes } from '../../protocol/refusal.ts';

/** No agent answers at the address: none runs, or it is ending. */
export class NotRunningError extends Error {
  override readonly name = 'NotRunningError';
}

const DEADLINE_MS = 5_000;
const DECLINED = 422;
const declinedSchema = v.object({
  refusal: v.object({ code: v.picklist(refusalCodes), fields: v.array(fieldProblem) }),
});

/** Whether an agent has this address open. */
export function somebodyListens(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(address, () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

/** Asks the running agent. Throws NotRunningError, a Refusal where it declines, or what is wrong with its answer. */
export async function ask<T>(
  address: string,
  method: 'GET' | 'POST',
  path: string,
  schema: v.GenericSchema<unknown, T>,
  content?: object,
): Promise<T> {
  const { status, body } = await new Promise<{ status: number | undefined; body: Buffer }>((resolve, reject) => {
    const asked = request({ socketPath: address, method, path, timeout: DEADLINE_MS }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.once('end', () => resolve({ status: response.statusCode, body: Buffer.concat(chunks) }));
      response.once('error', reject);
    });
    asked.once('timeout', () => asked.destroy(new Error('no answer in time')));
    asked.once('error', (cause) => reject(new NotRunningError('the agent does not answer', { cause })));
    asked.end(content === undefined ? undefined : JSON.stringify(content));
  });
  const json: unknown = JSON.parse(body.toString('utf8'));
  if (status === DECLINED) {
    const { code, fields } = v.parse(declinedSchema, json).refusal;
    throw new Refusal(code, '', { fields });
  }
  const answer = validate(schema, json);
  if (!answer.ok) throw answer.refusal;
  return answer.value;
}
