import { cpSync } from 'node:fs';
import { Attendance } from '../../../agent/attendance.ts';
import { bookCancel, bookOrder } from '../../../agent/book/book.ts';
import type { Journal } from '../../../agent/book/journal.ts';
import { resumeBook } from '../../../agent/book/resume.ts';
import { Ticks } from '../../../agent/clock/ticks.ts';
import { Stage } from '../../../agent/due/stage.ts';
import { COARSE_MS } from '../../../agent/due/when-due.ts';
import type { Preparation } from '../../../agent/fetch/prepare.ts';
import { silentLog } from '../../../agent/log.ts';
import { Policies } from '../../../agent/policy/policies.ts';
import type { VerifiedOrder } from '../../../agent/verify/verify-order.ts';
import type { Order } from '../../../protocol/order.ts';
import type { Report } from '../../../protocol/report.ts';
import { openJournal } from '../../support/journal.ts';
import { ManualClock, turn } from '../../support/manual-clock.ts';
import { trustedClock } from '../../support/station-clocks.ts';
import { PuppetController } from './puppet-controller.ts';
import { type Heard, PuppetLoudspeaker } from './puppet-loudspeaker.ts';

export const ZONES = ['thon-1', 'thon-2'];

export interface PuppetStationOptions {
  readonly directory: string;
  readonly wall: number;
  readonly heard: Heard;
  /** An order's recording. */
  readonly soundOf: (order: Order) => Buffer;
  /** Hears whenever relays close; throws for what must not be. */
  readonly onHold: (station: PuppetStation, zones: readonly string[]) => void;
}

/**
 * One start of an agent's inside: real journal, book, stage and airing; its clock, controller and loudspeaker obey the
 * test, and every recording is here already.
 */
export class PuppetStation {
  readonly clock: ManualClock;
  readonly stage = new Stage();
  readonly controller: PuppetController;
  readonly loudspeaker: PuppetLoudspeaker;
  readonly #options: PuppetStationOptions;
  #journal: Journal | undefined;
  #attendance: Attendance | undefined;
  /** What happens instead when it would settle the next time and the moment has come. */
  #cut: { readonly now: () => boolean; readonly act: () => void } | undefined;

  constructor(options: PuppetStationOptions) {
    this.#options = options;
    this.clock = new ManualClock(options.wall, () => this.#settleUnlessCut());
    this.controller = new PuppetController(this.clock, ZONES, (zones) => options.onHold(this, zones));
    this.loudspeaker = new PuppetLoudspeaker(this.clock, options.heard);
  }

  get journal(): Journal {
    if (this.#journal === undefined) throw new Error('not started');
    return this.#journal;
  }

  async start(stopped: boolean): Promise<void> {
    const { clock, stage, controller, loudspeaker } = this;
    const { directory, soundOf } = this.#options;
    const journal = await openJournal(directory);
    this.#journal = journal;
    stage.stop(stopped);
    const prepare: Preparation['prepare'] = async (airing) => {
      const sound = soundOf(airing.order);
      const track = { sha256: '', file: '', samples: sound.byteLength / 2, head: async () => sound };
      return { ...airing, tracks: [track], release: () => {} } as unknown as Awaited<
        ReturnType<Preparation['prepare']>
      >;
    };
    this.#attendance = new Attendance({
      journal,
      preparation: { prepare } as unknown as Preparation,
      stage,
      clock,
      stationClock: trustedClock(clock),
      ticks: new Ticks(clock, COARSE_MS),
      log: silentLog,
      policies: new Policies({ journal, own: undefined, centre: { standing: undefined }, zones: [] }),
      air: { hardware: controller, sink: loudspeaker, ffmpeg: '/nonexistent', settleMs: 100 },
    });
    this.#attendance.apply({ booked: await resumeBook(journal), withdrawn: [] });
    await this.settle();
  }

  async order(order: Order): Promise<void> {
    const verified = { order, zones: order.zones, token: new Uint8Array() } as unknown as VerifiedOrder;
    this.#attendance?.apply(await bookOrder(this.journal, verified));
  }

  async cancel(id: string, rev: number): Promise<void> {
    this.#attendance?.apply(await bookCancel(this.journal, { id, rev }, new Date(this.clock.now()).toISOString()));
  }

  /** Everything has run and is written that does not wait for the clock. */
  async settle(): Promise<void> {
    for (let time = 0; time < 3; time++) {
      await this.#journal?.commit(() => undefined);
      await turn();
    }
  }

  reports(): Promise<readonly Report[]> {
    return this.journal.reports(0, 100_000);
  }

  /** Ends it as SIGTERM does. */
  async close(): Promise<void> {
    let closed = false;
    const closing = this.#attendance?.close().then(() => {
      closed = true;
    });
    while (!closed) await this.clock.advance(100);
    await closing;
    this.loudspeaker.cut();
    await this.journal.close();
  }

  /**
   * Cuts the power while something is being done: after so many steps of the next `ms`, or when a programme has just been
   * heard to its end. What the card holds at that moment goes to `directory`, and time stands still here for ever.
   */
  async cut(directory: string, steps: number | 'drained', ms: number): Promise<void> {
    const act = () => {
      this.loudspeaker.cut();
      cpSync(this.#options.directory, directory, { recursive: true, filter: (name) => !name.endsWith('LOCK') });
    };
    const { drained } = this.loudspeaker;
    let passed = 0;
    this.#cut = { now: () => (steps === 'drained' ? this.loudspeaker.drained > drained : passed++ === steps), act };
    const end = await this.clock.advance(ms).catch((error: unknown) => error);
    if (end instanceof PowerCut) return;
    if (end !== undefined) throw end;
    act();
  }

  async #settleUnlessCut(): Promise<void> {
    // What a timer resumed goes on as far as it can without the card.
    if (this.#cut !== undefined) await Promise.resolve();
    if (this.#cut?.now()) {
      this.#cut.act();
      throw new PowerCut();
    }
    await this.settle();
  }
}

class PowerCut extends Error {}
