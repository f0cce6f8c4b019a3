import * as v from 'valibot';
import { decodeJson, encodeJson } from './decode.ts';
import { counter, randomId } from './fields.ts';
import type { Decoded } from './refusal.ts';

/** Retained; also the station's last will, so it says nothing that must be fresh. */
export const stateSchema = v.object({
  state: v.picklist(['online', 'offline']),
  /** Made anew at every start of the agent. */
  boot: randomId,
  /** Connections since that start: tells a reconnect from a restart, and a late will from a true one. */
  connection: counter,
});
export type State = v.InferOutput<typeof stateSchema>;

export const encodeState = (state: State): Uint8Array => encodeJson(stateSchema, state);
export const decodeState = (bytes: Uint8Array): Decoded<State> => decodeJson(stateSchema, bytes);
