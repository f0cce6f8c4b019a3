import type { Hello } from '../hardware/sc1/answers.ts';
import { probe } from './probe.ts';
import type { PortFinding } from './record.ts';

export interface FoundController {
  readonly line: string;
  readonly hello: Hello;
}

export interface Search {
  readonly found: readonly FoundController[];
  /** The lines where there is none, and why. */
  readonly others: readonly PortFinding[];
}

/** Asks at every one of these lines, all at once, whether an sc1 controller is there. */
export async function findControllers(lines: readonly string[], baud: number, signal: AbortSignal): Promise<Search> {
  const probed = await Promise.all(lines.map((line) => probe(line, baud, signal)));
  return {
    found: probed.flatMap((each) => (each.found ? [{ line: each.line, hello: each.hello }] : [])),
    others: probed.flatMap((each) => (each.found ? [] : [each.port])),
  };
}
