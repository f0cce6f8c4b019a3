import * as v from 'valibot';
import { decodeJson, encodeJson } from './decode.ts';
import { instant } from './fields.ts';
import type { Decoded } from './refusal.ts';

/** Whether the centre listens. Stations hold their backlog until it is online [P-42]. Retained, and its last will. */
export const hostSchema = v.object({ state: v.picklist(['online', 'offline']), since: instant });
export type Host = v.InferOutput<typeof hostSchema>;

export const encodeHost = (host: Host): Uint8Array => encodeJson(hostSchema, host);
export const decodeHost = (bytes: Uint8Array): Decoded<Host> => decodeJson(hostSchema, bytes);
