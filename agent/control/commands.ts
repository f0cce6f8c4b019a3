import { foundMemoryFolders } from '../card/memory-folder.ts';
import { controlAddress } from './address.ts';
import { ask, NotRunningError } from './client.ts';
import { type History, historySchema, type Status, statusSchema } from './status.ts';

/** What `loa-agent status`, `history`, `stop`, `resume` and `prefer` ask of the agent that runs on this board. */
export const controlCommands = ['status', 'history', 'stop', 'resume', 'prefer'] as const;
export type ControlCommand = (typeof controlCommands)[number];

export type ControlAnswer =
  | { readonly kind: 'status'; readonly status: Status }
  | { readonly kind: 'history'; readonly history: History };

/**
 * Throws NotRunningError, or the Refusal that declines. `state`: the state folder of the configuration; `orders`: for
 * `prefer`, beginnings of their ids.
 */
export async function control(
  state: string,
  command: ControlCommand,
  orders: readonly string[],
): Promise<ControlAnswer> {
  const inMemory = await foundMemoryFolders(state);
  for (const folder of inMemory) {
    try {
      return await askAt(controlAddress(folder), command, orders);
    } catch (error) {
      if (!(error instanceof NotRunningError)) throw error;
    }
  }
  return askAt(controlAddress(state), command, orders);
}

async function askAt(address: string, command: ControlCommand, orders: readonly string[]): Promise<ControlAnswer> {
  switch (command) {
    case 'status':
      return { kind: 'status', status: await ask(address, 'GET', '/status', statusSchema) };
    case 'history':
      return { kind: 'history', history: await ask(address, 'GET', '/history', historySchema) };
    case 'stop':
    case 'resume':
      return { kind: 'status', status: await ask(address, 'POST', `/${command}`, statusSchema) };
    case 'prefer':
      return { kind: 'status', status: await ask(address, 'POST', '/prefer', statusSchema, { orders }) };
  }
}
