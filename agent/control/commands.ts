import { controlAddress } from './address.ts';
import { ask } from './client.ts';
import { type History, historySchema, type Status, statusSchema } from './status.ts';

/** What `loa-agent status`, `history`, `stop` and `resume` ask of the agent that runs on this board. */
export const controlCommands = ['status', 'history', 'stop', 'resume'] as const;
export type ControlCommand = (typeof controlCommands)[number];

export type ControlAnswer =
  | { readonly kind: 'status'; readonly status: Status }
  | { readonly kind: 'history'; readonly history: History };

/** Throws NotRunningError. `state`: the state folder of the configuration. */
export async function control(state: string, command: ControlCommand): Promise<ControlAnswer> {
  const address = controlAddress(state);
  switch (command) {
    case 'status':
      return { kind: 'status', status: await ask(address, 'GET', '/status', statusSchema) };
    case 'history':
      return { kind: 'history', history: await ask(address, 'GET', '/history', historySchema) };
    case 'stop':
    case 'resume':
      return { kind: 'status', status: await ask(address, 'POST', `/${command}`, statusSchema) };
  }
}
