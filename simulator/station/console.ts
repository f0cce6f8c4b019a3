import { createInterface } from 'node:readline';
import { runFaultCommand } from '../controller/fault-commands.ts';
import type { CommandWords } from '../words.ts';
import { controllerCommand } from './fault-line.ts';
import type { VirtualStation } from './station.ts';

export interface ConsoleOptions {
  readonly station: VirtualStation;
  readonly zones: readonly string[];
  readonly input: NodeJS.ReadableStream;
  readonly words: CommandWords;
  /** An answer to whoever types. */
  readonly answer: (text: string, details?: object) => void;
  readonly signal: AbortSignal;
}

/** Obeys typed commands until `quit`, the signal, or the end of a terminal's input. */
export async function runConsole({ station, zones, input, words, answer, signal }: ConsoleOptions): Promise<void> {
  const watchAgent = (): void => {
    void station.agent.child?.exited.then(({ code, signal: killedBy }) => {
      if (!signal.aborted) answer(words.agentEnded(String(code ?? killedBy)));
    });
  };
  watchAgent();

  const obey = async (line: string): Promise<void> => {
    const [name = '', first = ''] = line.split(/\s+/);
    if (name === 'help') {
      for (const [command, meaning] of words.commands) answer(`  ${command.padEnd(28)} ${meaning}`);
    } else if (name === 'state') {
      const state = station.controller.state();
      answer(JSON.stringify(state), { state });
    } else if (name === 'kill') {
      await station.agent.kill();
    } else if (name === 'start') {
      if (station.agent.child?.running) return answer(words.agentRuns);
      station.agent.start();
      watchAgent();
      answer(words.agentStarted);
    } else if (name === 'busy' && (first === 'on' || first === 'off')) {
      await station.loudspeaker.player.setBusy(first === 'on');
      answer(words.done);
    } else {
      const understood = await runFaultCommand(station.controller.faults, controllerCommand(line, zones));
      answer(understood ? words.done : words.notUnderstood(line));
    }
  };

  const lines = createInterface({ input, signal });
  const end = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
  for await (const line of lines) {
    const typed = line.trim();
    if (typed === 'quit') return;
    // A relay that does not exist, or a device that cannot be made: whoever typed it is told.
    if (typed !== '')
      await obey(typed).catch((error: unknown) => answer(error instanceof Error ? error.message : String(error)));
  }
  // Without a terminal (a service, a pipe that ended) the station goes on until it is told to end.
  if (!signal.aborted) await end;
}
