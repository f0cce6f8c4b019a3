import { Interrupted, type Person, type Screen } from './person.ts';
import { type Finding, type Point, type PointName, pointNames } from './record.ts';
import type { ProvisionWords } from './words.ts';

export interface JudgeOptions {
  readonly person: Person | undefined;
  readonly screen: Screen;
  readonly words: ProvisionWords;
  readonly signal: AbortSignal;
}

/** A point failed without which nothing more can be done. */
export class CannotGoOn extends Error {
  override readonly name = 'CannotGoOn';
}

/** Takes each point until it passes, or until whoever is there leaves it. */
export class Judge {
  readonly #options: JudgeOptions;
  readonly #points: Point[] = [];

  constructor(options: JudgeOptions) {
    this.#options = options;
  }

  /** Every point; those that were never reached have failed. */
  get points(): readonly Point[] {
    const missing = pointNames.filter((name) => !this.#points.some(({ point }) => point === name));
    const unreached = missing.map((point): Point => ({ point, result: 'failed', finding: { code: 'not-reached' } }));
    return pointNames.flatMap((name) => [...this.#points, ...unreached].filter(({ point }) => point === name));
  }

  /** Notes what is found already, and tells it. */
  note(point: PointName, finding: Finding): void {
    this.#tell(finding);
    this.#points.push({ point, result: resultOf(finding), finding });
  }

  /**
   * Tries until it passes; of a failure the person decides. Throws CannotGoOn when it failed and was `needed`, or when
   * they stop here.
   */
  async take(point: PointName, needed: boolean, attempt: () => Promise<Finding>): Promise<void> {
    const { person, words, signal } = this.#options;
    for (;;) {
      const finding = await attempt();
      if (signal.aborted) throw new Interrupted();
      const result = resultOf(finding);
      this.#tell(finding);
      const choice = result === 'failed' && person !== undefined ? await this.#whatNow(person, words, needed) : 'go-on';
      if (choice === 'again') continue;
      this.#points.push({ point, result, finding });
      if (choice === 'stop' || (result === 'failed' && needed)) throw new CannotGoOn();
      return;
    }
  }

  #whatNow(person: Person, words: ProvisionWords, needed: boolean): Promise<'again' | 'go-on' | 'stop'> {
    return person.choose(words.askWhatNow, [
      { value: 'again', label: words.tryAgain },
      ...(needed ? [] : [{ value: 'go-on' as const, label: words.goOn }]),
      { value: 'stop', label: words.stopHere },
    ]);
  }

  #tell(finding: Finding): void {
    const { screen, words } = this.#options;
    const { text, remedy } = words.finding(finding);
    const result = resultOf(finding);
    if (result === 'passed') screen.passed(text);
    else if (result === 'skipped') screen.skipped(remedy === undefined ? text : `${text}\n${remedy}`);
    else screen.failed(text, remedy);
  }
}

const PASSED: readonly Finding['code'][] = [
  'disk-ok',
  'decoder-ok',
  'controller-ok',
  'enrolled',
  'enrolled-before',
  'configuration-written',
  'configuration-kept',
  'sound-ok',
  'broker-ok',
  'clock-ok',
  'clock-by-centre',
  'service-ok',
  'airing-ok',
];
const SKIPPED: readonly Finding['code'][] = ['service-skipped', 'airing-skipped'];

function resultOf(finding: Finding): Point['result'] {
  if (finding.code === 'zone') {
    return finding.result.verdict === 'heard' || finding.result.verdict === 'measured' ? 'passed' : 'failed';
  }
  if (SKIPPED.includes(finding.code)) return 'skipped';
  return PASSED.includes(finding.code) ? 'passed' : 'failed';
}
