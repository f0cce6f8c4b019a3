import { NotRunningError } from '../control/client.ts';
import { control } from '../control/commands.ts';
import { Interrupted, type Person, type Screen } from './person.ts';
import type { Service } from './service-step.ts';
import type { ProvisionWords } from './words.ts';

export interface MakeWayOptions {
  readonly state: string;
  readonly service: Service;
  readonly person: Person | undefined;
  readonly screen: Screen;
  readonly words: ProvisionWords;
}

/** A station's program runs here that this command did not start and cannot end. */
export class AgentRunsError extends Error {
  override readonly name = 'AgentRunsError';
}

/**
 * A station that runs holds the controller and the sound card: its service is stopped for the tests, and started again
 * with what they found. Not while it airs: nothing on air is cut for a test. Whether it was stopped; throws
 * AgentRunsError, or Interrupted where the person does not want that.
 */
export async function makeWay({ state, service, person, screen, words }: MakeWayOptions): Promise<boolean> {
  const running = await control(state, 'status', []).catch((error: unknown) => {
    if (error instanceof NotRunningError) return undefined;
    throw error;
  });
  const active = service.possible && (await service.active());
  if (running === undefined && !active) return false;
  if (running?.kind === 'status' && running.status.onAir !== undefined) throw new AgentRunsError('on-air');
  if (!active) throw new AgentRunsError('not-a-service');
  if (person !== undefined && !(await person.confirm(words.askStop, true))) throw new Interrupted();
  await service.stop();
  screen.step(words.stopped);
  return true;
}
