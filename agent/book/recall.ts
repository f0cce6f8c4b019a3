import type { RecalledAiring } from '../../protocol/recall.ts';
import { isFinal } from '../../protocol/report.ts';
import type { Booking } from './booking.ts';
import type { Journal } from './journal.ts';
import { type AiringRecord, airingKey, isOpen } from './records.ts';
import type { ReportDraft } from './sayable.ts';

/**
 * Notes what the centre says began or ended here and this journal does not know [P-72]. What ended is ended without a
 * word, for the ledger has it; what was on air again meanwhile, or began and has no end in the ledger, is reported
 * `interrupted`. Gives what is to be ended now.
 */
export async function bookRecalled(
  journal: Journal,
  recalled: readonly RecalledAiring[],
  at: string,
): Promise<Pick<Booking, 'withdrawn'>> {
  const withdrawn: string[] = [];
  const written = [
    journal.commit(() => {
      const airings: AiringRecord[] = [];
      const reports: ReportDraft[] = [];
      for (const { id, rev, occurrence, outcome } of recalled) {
        if (occurrence === undefined || (outcome !== 'airing' && !isFinal(outcome))) continue;
        const order = { id, rev };
        const key = airingKey({ order, occurrence });
        const known = journal.airings.get(key);
        if (known !== undefined && !isOpen(known)) continue;
        const state = outcome === 'airing' ? 'interrupted' : outcome;
        airings.push({ order, occurrence, zones: known?.zones ?? [], state, at });
        if (outcome === 'airing' || known?.state === 'airing') {
          reports.push({ outcome: 'interrupted', order, occurrence });
        }
        if (known !== undefined) withdrawn.push(key);
      }
      return airings.length === 0 ? undefined : { airings, reports };
    }),
    ...recalled
      .filter(({ occurrence, outcome }) => occurrence === undefined && isFinal(outcome))
      .map((order) => endOrder(journal, order, at, withdrawn)),
  ];
  await Promise.all(written);
  return { withdrawn };
}

/** The order ended as a whole. Its airings on air are left for their owner to end, as after a cancellation. */
function endOrder(journal: Journal, { id, rev }: RecalledAiring, at: string, withdrawn: string[]): Promise<boolean> {
  return journal.commit(() => {
    if (journal.isCancelled({ id, rev })) return undefined;
    const open = journal.airingsOf(id).filter((airing) => airing.order.rev <= rev && isOpen(airing));
    withdrawn.push(...open.map(airingKey));
    const waiting = open.filter(({ state }) => state !== 'airing');
    return {
      cancel: { id, rev, at, told: true },
      airings: waiting.map(({ continues: _, ...airing }) => ({ ...airing, state: 'cancelled', at })),
    };
  });
}
