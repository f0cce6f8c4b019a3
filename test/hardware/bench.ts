import type { Test } from 'tap';
import type { LineTiming } from '../../agent/hardware/line.ts';
import { createHardware } from '../../agent/hardware/open-hardware.ts';
import type { Hardware, HardwareEvent, ZoneWiring } from '../../agent/hardware/ports.ts';
import { silentLog } from '../../agent/log.ts';
import { Refusal } from '../../protocol/refusal.ts';
import { type Controller, startController } from '../../simulator/controller/controller.ts';
import type { Loudspeaker, OutputState } from '../../simulator/ports.ts';

export const zones: readonly ZoneWiring[] = [
  { zone: 'thon-1', relay: 1 },
  { zone: 'thon-2', relay: 2 },
  { zone: 'bien-gioi', relay: 4 },
];

/** A real driver on a real line, and the virtual controller at the other end. */
export interface Bench {
  readonly hardware: Hardware;
  readonly controller: Controller;
  readonly loudspeaker: FakeLoudspeaker;
  readonly events: HeardEvents;
}

/** Says the level a test sets, and remembers how the output was switched. */
export class FakeLoudspeaker implements Loudspeaker {
  readonly changes: OutputState[] = [];
  level = { rmsDb: -120, peakDb: -120 };
  change(state: OutputState): void {
    this.changes.push(state);
  }
  output(): { rmsDb: number; peakDb: number } {
    return this.level;
  }
}

export class HeardEvents {
  readonly all: HardwareEvent[] = [];

  constructor(hardware: Hardware) {
    hardware.listen((event) => this.all.push(event));
  }

  count(type: HardwareEvent['type']): number {
    return this.all.filter((event) => event.type === type).length;
  }

  /** The first event of this type from the given index of `all` on, waited for. */
  async next(type: HardwareEvent['type'], from = 0): Promise<HardwareEvent> {
    const find = () => this.all.slice(from).find((event) => event.type === type);
    await until(() => find() !== undefined, `event ${type}`);
    const event = find();
    if (event === undefined) throw new Error('unreachable');
    return event;
  }
}

/** For what is to be answered: a busy machine may take longer than a driver usually waits. */
export const PATIENT: Partial<LineTiming> = { answerMs: 10_000 };
/** For what is to be asked again, and soon. */
export const UNHURRIED: Partial<LineTiming> = { answerMs: 2_000 };

export type StartBench = (t: Test, timing?: Partial<LineTiming>) => Promise<Bench>;

export type StartTransport = (t: Test) => Parameters<typeof startController>[0]['transport'];

/** A bench whose line is up. Everything is closed when the test ends. */
export async function startBench(
  t: Test,
  transport: StartTransport,
  changes: Partial<LineTiming> = {},
): Promise<Bench> {
  const loudspeaker = new FakeLoudspeaker();
  const controller = await startController({ zones: 8, transport: transport(t), loudspeaker, log: silentLog });
  const timing = { firstPauseMs: 50, mostPauseMs: 200, ...changes };
  const hardware = createHardware({ driver: 'sc1', line: controller.line, zones, log: silentLog, timing });
  const events = new HeardEvents(hardware);
  t.teardown(async () => {
    await hardware.close();
    await controller.close();
  });
  hardware.open();
  await events.next('up');
  return { hardware, controller, loudspeaker, events };
}

/** Waits for a condition; the limit is only there to name what never came. */
export async function until(condition: () => boolean, what: string): Promise<void> {
  const limit = performance.now() + 60_000;
  while (!condition()) {
    if (performance.now() > limit) throw new Error(`never came: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** The code of the refusal with which a promise rejects. */
export async function refusalOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
    return 'not refused';
  } catch (error) {
    return error instanceof Refusal ? error.code : `not a Refusal: ${String(error)}`;
  }
}
