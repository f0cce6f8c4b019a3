import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { validate } from '../../protocol/decode.ts';
import type { EnrolmentAnswer } from '../../protocol/enrolment.ts';
import { grades } from '../../protocol/report.ts';
import { writePrivate } from '../card/durable.ts';
import type { ZoneResult } from './record.ts';

const zoneSchema = v.object({
  zone: v.string(),
  name: v.string(),
  relay: v.number(),
  verdict: v.picklist(['heard', 'measured']),
  at: v.string(),
  keyed: v.picklist(['sensed', 'commanded', 'unknown']),
  rmsDb: v.optional(v.number()),
  peakDb: v.optional(v.number()),
  currentA: v.optional(v.number()),
});

const airingSchema = v.object({
  station: v.string(),
  title: v.string(),
  at: v.string(),
  zones: v.array(v.string()),
  grade: v.picklist(grades),
});
export type KeptAiring = v.InferOutput<typeof airingSchema>;

const progressSchema = v.object({
  beganAt: v.string(),
  by: v.string(),
  /** Serial number of the controller that the zones were tested with. */
  controller: v.string(),
  /** SHA-256 of the certificate that the board was enrolled with. */
  enrolment: v.optional(v.string()),
  zones: v.array(zoneSchema),
  airing: v.optional(airingSchema),
});

/**
 * What has passed and need not be done again when the set-up is interrupted or repeated [P-112]: zones and first airing,
 * as long as the same controller is there and, of the first airing, the same enrolment.
 */
export class Progress {
  readonly #file: string;
  readonly #state: string;
  #kept: v.InferOutput<typeof progressSchema>;

  private constructor(state: string, file: string, kept: v.InferOutput<typeof progressSchema>) {
    this.#state = state;
    this.#file = file;
    this.#kept = kept;
  }

  /** `now`: an instant. `afresh`: what passed before does not count. */
  static async open(state: string, now: string, afresh: boolean): Promise<Progress> {
    const file = join(state, 'provision.json');
    const stored = await readFile(file, 'utf8').then(
      (text) => validate(progressSchema, parsed(text)),
      () => undefined,
    );
    const empty = { beganAt: now, by: stored?.ok ? stored.value.by : '', controller: '', zones: [] };
    return new Progress(state, file, stored?.ok && !afresh ? stored.value : empty);
  }

  get beganAt(): string {
    return this.#kept.beganAt;
  }

  get by(): string {
    return this.#kept.by;
  }

  set by(by: string) {
    this.#kept = { ...this.#kept, by };
  }

  /** With another controller everything is to be tested again. */
  async useController(serial: string, now: string): Promise<void> {
    const { by, controller } = this.#kept;
    if (controller !== '' && serial !== controller) this.#kept = { beganAt: now, by, controller: '', zones: [] };
    await this.#keep({ controller: serial });
  }

  /** What was aired by another enrolment proves nothing of this one. Whether it is another one than before. */
  async useEnrolment({ certificate }: Pick<EnrolmentAnswer, 'certificate'>, now: string): Promise<boolean> {
    const enrolment = createHash('sha256').update(certificate).digest('hex');
    const isAnother = this.#kept.enrolment !== undefined && this.#kept.enrolment !== enrolment;
    await this.#keep({ enrolment, ...(isAnother && { beganAt: now, airing: undefined }) });
    return isAnother;
  }

  get zones(): readonly ZoneResult[] {
    return this.#kept.zones;
  }

  /** A zone that did not pass is forgotten, if it passed before. */
  async keepZone(result: ZoneResult): Promise<void> {
    const { verdict } = result;
    const passed = verdict === 'heard' || verdict === 'measured' ? [{ ...result, verdict }] : [];
    const others = this.#kept.zones.filter(
      ({ zone, relay }) => zone !== result.zone && !passed.some((zone) => zone.relay === relay),
    );
    await this.#keep({ zones: [...others, ...passed] });
  }

  airingOf(station: string): KeptAiring | undefined {
    const { airing } = this.#kept;
    return airing?.station === station ? airing : undefined;
  }

  async keepAiring(airing: KeptAiring): Promise<void> {
    await this.#keep({ airing });
  }

  async #keep(changes: Partial<v.InferOutput<typeof progressSchema>>): Promise<void> {
    this.#kept = { ...this.#kept, ...changes };
    await mkdir(this.#state, { recursive: true, mode: 0o700 });
    await writePrivate(this.#file, JSON.stringify(this.#kept));
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
