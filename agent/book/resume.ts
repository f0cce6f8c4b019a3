import { type BookedAiring, bookedAiring, reportOf, withState } from './booking.ts';
import type { Journal } from './journal.ts';
import { type AiringRecord, isOpen } from './records.ts';

/**
 * What the journal still owes after a start: airings to take up again. One that was on air when the station died was
 * heard in part: it is reported `interrupted`, and goes on as its order says, unless so little was left that it may
 * have been heard in full [P-69]. What was cancelled or replaced meanwhile, and died before it could say so, says so.
 */
export async function resumeBook(journal: Journal): Promise<readonly BookedAiring[]> {
  const open = () => [...journal.airings.values()].filter(isOpen);
  await journal.commit(() => {
    const off = open().filter((airing) => isOff(journal, airing));
    const cut = open().filter((airing) => airing.state === 'airing' && !isOff(journal, airing));
    if (off.length + cut.length === 0) return undefined;
    const cancelled = off.map(withState('cancelled'));
    const interrupted = cut.map((airing): AiringRecord => {
      const order = journal.orders.get(airing.order.id)?.order;
      const { ending, samples = 0, ...rest } = withState('interrupted')(airing);
      const again = order !== undefined && order.onInterrupt !== 'skip' && ending !== true;
      if (!again) return { ...rest, samples };
      return { ...rest, continues: true, samples: order.onInterrupt === 'resume' ? samples : 0 };
    });
    return {
      airings: [...cancelled, ...interrupted],
      reports: [
        ...cancelled.map((airing) => reportOf(airing, 'cancelled')),
        ...interrupted.map((airing) => ({
          ...reportOf(airing, 'interrupted'),
          ...(airing.continues && { continues: true as const }),
        })),
      ],
    };
  });
  const owed = open().flatMap((airing) => {
    const record = journal.orders.get(airing.order.id);
    return record === undefined ? [] : [bookedAiring(record.order, airing)];
  });
  // A warning is not to be begun behind a thousand others.
  const isEmergency = ({ order }: BookedAiring) => order.priority === 'emergency';
  return [...owed.filter(isEmergency), ...owed.filter((airing) => !isEmergency(airing))];
}

/** Whether its order was cancelled, or has a later revision, whose programme is another. */
const isOff = (journal: Journal, { order }: AiringRecord): boolean =>
  journal.isCancelled(order) || (journal.orders.get(order.id)?.order.rev ?? order.rev) > order.rev;
