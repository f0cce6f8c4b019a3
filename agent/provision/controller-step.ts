import { type FoundController, findControllers } from './find-controller.ts';
import type { Flags } from './flags.ts';
import type { Judge } from './judge.ts';
import { CannotGoOn } from './judge.ts';
import type { Person, Screen } from './person.ts';
import type { Finding } from './record.ts';
import type { ProvisionWords } from './words.ts';

export interface ControllerStepOptions {
  readonly flags: Pick<Flags, 'lines' | 'baud'>;
  /** The serial devices of this board, as /dev/… */
  readonly listPorts: () => Promise<readonly string[]>;
  readonly judge: Judge;
  readonly person: Person | undefined;
  readonly screen: Screen;
  readonly words: ProvisionWords;
  readonly signal: AbortSignal;
}

/** Finds the controller, wherever it is plugged in. Throws CannotGoOn. */
export async function controllerStep(options: ControllerStepOptions): Promise<FoundController> {
  const { flags, judge, person, screen, words, signal } = options;
  let controller: FoundController | undefined;
  await judge.take('controller', true, async (): Promise<Finding> => {
    screen.step(words.searching);
    const { found, others } = await findControllers(await linesOf(options), flags.baud, signal);
    const [only] = found;
    controller = found.length > 1 && person !== undefined ? await which(person, found, words) : only;
    if (controller === undefined) return { code: 'controller-none', ports: others };
    const { line, hello } = controller;
    return { code: 'controller-ok', line, serial: hello.serial, firmware: hello.firmware, relays: hello.relays };
  });
  if (controller === undefined) throw new CannotGoOn();
  return controller;
}

async function linesOf({ flags, listPorts }: ControllerStepOptions): Promise<readonly string[]> {
  const lines = await Promise.all(
    flags.lines.map(async (line) => (line === 'auto' ? (await listPorts()).map((path) => `serial:${path}`) : [line])),
  );
  return [...new Set(lines.flat())];
}

async function which(person: Person, found: readonly FoundController[], words: ProvisionWords) {
  const choices = found.map(({ line, hello }) => ({
    value: line,
    label: words.controllerAt(line, hello.serial, hello.relays),
  }));
  const line = await person.choose(words.askWhichController, choices);
  return found.find((each) => each.line === line);
}
