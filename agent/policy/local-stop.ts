import type { Journal } from '../book/journal.ts';
import type { Stage } from '../due/stage.ts';
import type { Alarms } from '../health/alarms.ts';

export interface LocalStopOptions {
  readonly journal: Journal;
  readonly stage: Stage;
  readonly alarms: Alarms;
}

const FACT = 'local-stop';

/**
 * The stop that needs no network [P-68]: the controller's input, or a technician's command. While either is on, nothing
 * but an emergency sounds, and an alarm says so. The command outlives a restart; the input is read anew.
 */
export class LocalStop {
  readonly #options: LocalStopOptions;
  #input = false;

  constructor(options: LocalStopOptions) {
    this.#options = options;
  }

  /** Takes up what was commanded before this start. */
  begin(): void {
    this.#apply();
  }

  /** Silences first and writes then, so that a slow disk delays nothing. */
  async set(on: boolean): Promise<void> {
    if (on) this.#options.stage.stop(true);
    await this.#options.journal.commit(() => ({ insist: true, facts: { [FACT]: on ? 'on' : 'off' } }));
    this.#apply();
  }

  /** The controller's input changed. */
  override(on: boolean): void {
    this.#input = on;
    this.#apply();
  }

  #apply(): void {
    const { journal, stage, alarms } = this.#options;
    const commanded = journal.facts.get(FACT) === 'on';
    stage.stop(commanded || this.#input);
    if (stage.stopped)
      alarms.raise('override', 'warning', commanded ? 'stopped by command' : 'stopped at the controller');
    else alarms.clear('override');
  }
}
