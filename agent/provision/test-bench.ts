import { Refusal } from '../../protocol/refusal.ts';
import type { Sink } from '../audio/sinks/port.ts';
import { type Clock, withDeadline } from '../clock/clock.ts';
import { createHardware } from '../hardware/open-hardware.ts';
import type { Log } from '../log.ts';
import type { FoundController } from './find-controller.ts';
import type { Flags } from './flags.ts';
import { type SoundTest, testSound } from './sound-test.ts';
import { testTone } from './test-tone.ts';

const UP_MS = 8_000;

export interface TestBenchOptions {
  readonly flags: Pick<Flags, 'baud'>;
  readonly controller: FoundController;
  readonly sink: Sink;
  readonly settleMs: number;
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
}

export interface TestBench {
  /** Plays the test tone on one relay. Never rejects. */
  test(relay: number, volume: number): Promise<SoundTest>;
  /** Opens every relay. */
  close(): Promise<void>;
}

/** The controller by its relays, since which zone hangs on which is only being found out. */
export function testBench({ flags, controller, sink, settleMs, clock, log, signal }: TestBenchOptions): TestBench {
  const { line, hello } = controller;
  const zoneOf = (relay: number) => `relay-${relay}`;
  const zones = Array.from({ length: hello.relays }, (_, at) => ({ zone: zoneOf(at + 1), relay: at + 1 }));
  const hardware = createHardware({ driver: 'sc1', line, baud: flags.baud, zones, log });
  const up = () =>
    new Promise<void>((resolve) => {
      if (hardware.lineHealth()?.state === 'up') return resolve();
      const stop = hardware.listen((event) => {
        if (event.type !== 'up') return;
        stop();
        resolve();
      });
    });
  hardware.open();
  return {
    async test(relay, volume) {
      try {
        await withDeadline(clock, UP_MS, up(), () => new Refusal('controller-unreachable', 'it does not come back'));
      } catch (error) {
        return { keyed: 'unknown', refusal: error as Refusal };
      }
      const pcm = testTone(relay);
      return testSound({ hardware, sink, zone: zoneOf(relay), pcm, volume, settleMs, clock, signal });
    },
    close: () => hardware.close(),
  };
}
