import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { faketime } from './faketime.ts';
import type { TroubleOptions } from './trouble.ts';

/** The clock of one agent's operating system: set by whoever likes, and synchronised or not. */
export class FakeClock {
  readonly #folder = mkdtempSync(join(tmpdir(), 'loa-clock-'));
  readonly #offset = join(this.#folder, 'offset');
  readonly #word = join(this.#folder, 'synchronised');
  #synchronisations = 0;
  #offsetMs = 0;

  constructor(now: number) {
    this.set(now);
    writeFileSync(this.#word, '');
  }

  /** For `Trouble.begin`. */
  get options(): Pick<TroubleOptions, 'program' | 'environment'> {
    return {
      program: fileURLToPath(new URL('agent-by-a-clock.js', import.meta.url)),
      environment: { ...faketime({ FAKETIME_TIMESTAMP_FILE: this.#offset }), SYNCHRONISATION: this.#word },
    };
  }

  now(): number {
    return Date.now() + this.#offsetMs;
  }

  set(now: number): void {
    this.#offsetMs = Math.round((now - Date.now()) / 1_000) * 1_000;
    const seconds = this.#offsetMs / 1_000;
    writeFileSync(this.#offset, `${seconds < 0 ? '' : '+'}${seconds}s\n`);
  }

  /** It was synchronised this moment; with `false`, it is not any more. */
  synchronise(is = true): void {
    this.#synchronisations += 1;
    writeFileSync(this.#word, is ? `number ${this.#synchronisations}` : '');
  }

  close(): void {
    rmSync(this.#folder, { recursive: true });
  }
}
