import type { Journal } from '../book/journal.ts';
import type { Alarms } from './alarms.ts';

export interface JournalAlarmOptions {
  readonly journal: Journal;
  readonly alarms: Alarms;
  /** The name of the newest damaged journal that lies beside this one. */
  readonly setAside: () => Promise<string | undefined>;
  /** Why this journal is in memory and not on the card [P-94]. */
  readonly unwritable?: string | undefined;
}

/** The one alarm `journal` for all that can be wrong with it, the worst first. */
export class JournalAlarm {
  readonly #options: JournalAlarmOptions;
  #failure: unknown;
  #setAside: string | undefined;
  #unanswered = false;

  constructor(options: JournalAlarmOptions) {
    this.#options = options;
    options.journal.onFailure((failure) => {
      this.#failure = failure;
      this.#apply();
    });
  }

  get setAside(): string | undefined {
    return this.#setAside;
  }

  get unwritable(): string | undefined {
    return this.#options.unwritable;
  }

  /** Looks again; the alarm about a damaged journal stands until somebody has taken it away. */
  async look(): Promise<void> {
    this.#setAside = await this.#options.setAside();
    this.#apply();
  }

  /** The centre has not said for long what it knows of this journal, since a start or on this connection [P-71]. */
  unanswered(on: boolean): void {
    this.#unanswered = on;
    this.#apply();
  }

  #apply(): void {
    const { alarms, unwritable } = this.#options;
    if (this.#failure !== undefined) {
      const detail = this.#failure instanceof Error ? this.#failure.message : 'it cannot be written';
      alarms.raise('journal', 'critical', detail);
    } else if (this.#unanswered) {
      const why = 'the centre does not say what it knows of this journal';
      alarms.raise('journal', 'critical', `${why}: reports wait, and after a start only emergencies are taken`);
    } else if (unwritable !== undefined) {
      const why = `the card cannot be written (${unwritable})`;
      alarms.raise('journal', 'critical', `${why}: the station runs from memory, and nothing outlives a restart`);
    } else if (this.#setAside !== undefined) {
      alarms.raise(
        'journal',
        'warning',
        `an earlier one, damaged or another station's, is set aside as ${this.#setAside}; a new one was begun`,
      );
    } else {
      alarms.clear('journal');
    }
  }
}
