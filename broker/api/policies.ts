import type { IncomingMessage, ServerResponse } from 'node:http';
import * as v from 'valibot';
import { validate } from '../../protocol/decode.ts';
import { policySchema } from '../../protocol/policy.ts';
import type { Decoded } from '../../protocol/refusal.ts';
import type { InForce } from '../policies/policies.ts';
import { readBody, sendJson, sendRefusal } from './http.ts';
import type { ApiOptions } from './options.ts';

/** `null` clears. */
const body = v.strictObject({ policy: v.nullable(policySchema) });

/** GET /api/policy, GET /api/stations/ID/policy */
export function getPolicy(api: ApiOptions, station: string | undefined, response: ServerResponse): void {
  answer(response, api.policies.inForce(station));
}

/** POST /api/policy for every station, POST /api/stations/ID/policy for one */
export async function postPolicy(
  api: ApiOptions,
  station: string | undefined,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const read = await readBody(request, response);
  const checked = read.ok ? validate(body, read.value) : read;
  answer(response, checked.ok ? await api.policies.set(station, checked.value.policy ?? undefined) : checked);
}

function answer(response: ServerResponse, result: Decoded<InForce>): void {
  if (result.ok) sendJson(response, 200, result.value);
  else sendRefusal(response, result.refusal);
}
