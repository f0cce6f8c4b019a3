import { v7 as uuid } from 'uuid';
import * as v from 'valibot';
import type { Answer } from './centre-process.ts';
import { pause } from './pause.ts';
import type { PlannedOrder, PlannedSequel } from './plan.ts';
import { wavOf } from './recording.ts';
import type { Stage } from './stage.ts';

const TRIES = 4;
const REST_MS = 700;
const refusalBody = v.object({ refusal: v.object({ code: v.string() }) });

type Fields = Readonly<Record<string, unknown>> & { readonly id: string; readonly rev: number };

/**
 * Whoever orders at the centre: hands in, cancels, updates, and asks again where nobody answered. The same request
 * again must get the same answer.
 */
export class Operator {
  readonly #stage: Stage;
  readonly #signal: AbortSignal;
  readonly #underWay = new Set<Promise<unknown>>();

  constructor(stage: Stage, signal: AbortSignal) {
    this.#stage = stage;
    this.#signal = signal;
  }

  /** Works through the plan until the signal aborts, and brings to an end what was begun. */
  async work(plan: Iterable<PlannedOrder>): Promise<void> {
    for (const planned of plan) {
      await pause(planned.afterMs, this.#signal);
      if (this.#signal.aborted) break;
      // Nobody waits for the answer to one order before handing in the next.
      this.#own(this.order(planned));
    }
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
  }

  /** Hands one order in and sees to what follows it. Returns its id, or undefined where it was not taken. */
  async order(planned: PlannedOrder, last = false): Promise<string | undefined> {
    const id = uuid();
    const taken = await this.#hand({ id, rev: 1 }, planned, last);
    if (taken && planned.sequel !== undefined) this.#own(this.#follow(id, planned, planned.sequel));
    return taken ? id : undefined;
  }

  #own(work: Promise<unknown>): void {
    const owned = work.finally(() => this.#underWay.delete(owned));
    this.#underWay.add(owned);
  }

  async #follow(id: string, planned: PlannedOrder, sequel: PlannedSequel): Promise<void> {
    await pause(sequel.afterMs, this.#signal);
    if (sequel.do === 'cancel') return this.#cancel(id);
    const { signature, inMs } = sequel;
    this.#stage.diary.counts.updates += 1;
    await this.#hand({ id, rev: 2 }, { ...planned, signature, inMs: inMs === undefined ? undefined : [inMs] }, false);
  }

  async #hand({ id, rev }: { id: string; rev: number }, planned: PlannedOrder, last: boolean): Promise<boolean> {
    const { diary, centre, stations } = this.#stage;
    const { signature, durationMs, times, zones, lateByS } = planned;
    const sha256 = await centre.addRecording(wavOf(signature, durationMs), durationMs);
    const issuedAt = Date.now();
    const instants = planned.inMs?.map((ms) => new Date(issuedAt + ms).toISOString());
    const expiresAt = issuedAt + Math.max(planned.validMs, ...(planned.inMs ?? []).map((ms) => ms + 1_000));
    const addressed = planned.to === 'all' ? stations.map(({ name }) => name) : [...new Set(planned.to)];
    const fields: Fields = {
      ...{ id, rev, title: `Thử thách ${signature}`, priority: planned.priority, lateBy: lateByS },
      issuedAt: new Date(issuedAt).toISOString(),
      expiresAt: new Date(expiresAt).toISOString(),
      to: planned.to === 'all' ? 'all' : { stations: addressed },
      ...(zones && { zones }),
      when: instants === undefined ? { type: 'now' } : { type: 'at', instants },
      programme: [{ type: 'audio', media: [sha256] }],
      ...(times > 1 && { repeat: { times, gap: 0 } }),
      onInterrupt: planned.onInterrupt,
      ...(planned.volume !== undefined && { volume: planned.volume }),
    };
    diary.hands({
      ...{ id, rev, priority: planned.priority, stations: addressed, zones, signature, durationMs, times, last },
      ...{
        occurrences: instants ?? ['now'],
        resumes: planned.onInterrupt === 'resume',
        issuedAt,
        lateByMs: lateByS * 1_000,
        expiresAt,
      },
    });
    diary.note('orders', { ...fields, signature, durationMs });
    diary.counts.orders += 1;
    const asking = this.#ask('/api/orders', fields);
    this.#stage.centreHappenings.tell('ordering');
    const answer = await asking;
    if (answer?.status === 201) {
      diary.answers(id, rev);
      diary.note('booked', { id, rev });
      this.#stage.centreHappenings.tell('ordered');
      for (const station of stations) if (addressed.includes(station.name)) station.happenings.tell('ordered');
      return true;
    }
    diary.note('not-booked', { id, rev, answer: answer?.body ?? null });
    // A refusal is the centre's last word; only where nobody answered it may be booked or not.
    if (answer !== undefined && v.is(refusalBody, answer.body)) diary.refuses(id, rev);
    return false;
  }

  async #cancel(id: string): Promise<void> {
    const { diary } = this.#stage;
    diary.counts.cancellations += 1;
    diary.note('cancels', { id });
    const answer = await this.#ask(`/api/orders/${id}/cancel`, {});
    if (answer?.status === 200) diary.answersCancel(id);
    diary.note('cancelled', { id, status: answer?.status ?? null });
  }

  /** Undefined when nobody answered in the end. */
  async #ask(path: string, body: unknown): Promise<Answer | undefined> {
    for (let tries = 0; tries < TRIES; tries++) {
      const answer = await this.#stage.centre.call(path, body).catch(() => undefined);
      if (answer !== undefined && answer.status < 500) return answer;
      await pause(REST_MS, this.#signal);
    }
    return undefined;
  }
}
