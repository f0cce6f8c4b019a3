import type { BookedAiring } from '../book/booking.ts';
import type { Journal } from '../book/journal.ts';
import { isOpen } from '../book/records.ts';
import { type Clock, withDeadline } from '../clock/clock.ts';
import type { StationClock } from '../clock/station-clock.ts';
import type { Stage } from '../due/stage.ts';
import type { Preparation } from '../fetch/prepare.ts';
import type { Hardware } from '../hardware/ports.ts';
import type { Link } from '../link/link.ts';

/** Longer than the journal takes on a slow card, and than any driver's own deadline. */
const ANSWER_MS = 10_000;
/** Longer than an amplifier settles and a sound card is tried. */
const STILL_MS = 30_000;
/** Longer than the longest pause between two attempts, with the attempt. */
const LINK_MS = 180_000;

export interface HeadwayOptions {
  readonly journal: Pick<Journal, 'airings' | 'commit' | 'onFailure'>;
  readonly stage: Pick<Stage, 'onAir' | 'objectionTo'>;
  readonly preparation: Pick<Preparation, 'prepared'>;
  readonly hardware: Pick<Hardware, 'zones'>;
  readonly link: Pick<Link, 'up' | 'triedAt'>;
  readonly stationClock: Pick<StationClock, 'trusted' | 'now'>;
  readonly clock: Clock;
}

/**
 * Whether the story goes on [P-115]. What a restart cannot mend does not count: a controller that is gone, a card that
 * fails, a centre that is away.
 */
export class Headway {
  readonly #options: HeadwayOptions;
  readonly #since = new Map<string, number>();
  #journalFails = false;

  constructor(options: HeadwayOptions) {
    this.#options = options;
    options.journal.onFailure((failure) => {
      this.#journalFails = failure !== undefined;
    });
  }

  /** Undefined while it goes on, else what stands still. Resolves within ten seconds; never rejects. */
  async look(): Promise<string | undefined> {
    const { journal, hardware } = this.#options;
    const found = await Promise.all([
      // Waits behind every write, and writes nothing itself: a card has only so many writes.
      this.#answers(
        'the journal',
        journal.commit(() => undefined),
      ),
      this.#answers('the controller driver', hardware.zones.readBack()),
    ]);
    const standing = [...this.#airingsThatStand(), ...this.#linkThatRests()];
    const now = this.#options.clock.monotonic();
    for (const what of this.#since.keys()) if (!standing.includes(what)) this.#since.delete(what);
    for (const what of standing) if (!this.#since.has(what)) this.#since.set(what, now);
    const still = standing.find((what) => now - (this.#since.get(what) ?? now) >= STILL_MS);
    return found.find((what) => what !== undefined) ?? still;
  }

  /** That it refuses is an answer. */
  async #answers(what: string, work: Promise<unknown>): Promise<string | undefined> {
    const late = new Error('late');
    return withDeadline(this.#options.clock, ANSWER_MS, work, () => late).then(
      () => undefined,
      (error: unknown) => (error === late ? `${what} does not answer` : undefined),
    );
  }

  /** What is on air and where, or what could begin: the same words at the next look mean that nothing has moved. */
  #airingsThatStand(): readonly string[] {
    const { journal, stage, preparation } = this.#options;
    // Without it nothing but warnings is begun, and no progress is noted.
    if (this.#journalFails) return [];
    const { onAir } = stage;
    if (onAir !== undefined) {
      const { state, samples = 0 } = journal.airings.get(onAir) ?? {};
      return [`${onAir} is on air and does not go on (${state} at ${samples})`];
    }
    return [...preparation.prepared.values()]
      .filter((airing) => {
        const record = journal.airings.get(airing.key);
        // Between repetitions and before a new try it rests.
        return record !== undefined && isOpen(record) && record.state !== 'airing' && this.#mayBegin(airing);
      })
      .map(({ key }) => `${key} is due and does not begin`);
  }

  #mayBegin({ key, occurrence, order }: BookedAiring): boolean {
    const { stage, stationClock } = this.#options;
    const { id, priority, issuedAt } = order;
    if (stage.objectionTo({ key, order: id, priority, issuedAt }) !== undefined) return false;
    if (!stationClock.trusted) return priority === 'emergency' && occurrence === 'now';
    return occurrence === 'now' || Date.parse(occurrence) <= stationClock.now();
  }

  #linkThatRests(): readonly string[] {
    const { link, clock } = this.#options;
    const rests = !link.up && clock.monotonic() - link.triedAt > LINK_MS;
    return rests ? ['the link is not tried again'] : [];
  }
}
