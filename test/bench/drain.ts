import { setTimeout as delay } from 'node:timers/promises';
import { v7 as uuid } from 'uuid';
import { topics } from '../../protocol/topics.ts';
import { ZONE } from './airing.ts';
import { CENTRE } from './centre-name.ts';
import type { Figures } from './figures.ts';
import { first } from './first.ts';
import { names } from './names.ts';
import { onJournal } from './restart.ts';
import type { Stage } from './stage.ts';
import { startAgentProcess } from './start.ts';

/** A full outbox: what a month away leaves behind. */
const REPORTS = 2_000;
const REST_MS = 1_000;

/** The same emergency to a station that drains the reports of a month, and then to the same station when it has. */
export async function drainRound({ centre, restarted, short }: Stage, figures: Figures): Promise<void> {
  const order = { id: uuid(), rev: 1 };
  await onJournal(restarted, async (journal) => {
    await journal.commit(() => ({
      reports: Array.from({ length: REPORTS }, () => ({
        outcome: 'missed' as const,
        order,
        occurrence: 'now' as const,
      })),
    }));
  });
  const warn = async (): Promise<number> => {
    const closed = first(
      'the relay of the warning',
      restarted.loudspeaker.timeline.listen,
      (event) => event.what === 'relay' && event.closed,
    );
    const { token } = await centre.sign(restarted.station, ZONE, short, { id: uuid() });
    const sentAt = performance.now();
    await centre.publish(topics.to(CENTRE, restarted.station, 'order'), token);
    return (await closed).ms - sentAt;
  };
  let reports = 0;
  const stopCounting = centre.listen(({ topic }) => {
    if (topic === topics.from(CENTRE, restarted.station, 'report')) reports += 1;
  });
  const stopAcknowledging = centre.acknowledging(restarted.station);
  try {
    const startedAt = performance.now();
    const drained = first('the outbox to be drained', centre.listen, () => reports >= REPORTS, 60_000);
    await startAgentProcess(centre, restarted);
    figures.add(names.drainingWarning, 'ms', await warn());
    figures.add(names.drainedMeanwhile, 'reports', reports);
    await drained;
    figures.add(names.drained, 'ms', performance.now() - startedAt);
    await delay(REST_MS);
    figures.add(names.drainedWarning, 'ms', await warn());
    await delay(REST_MS);
  } finally {
    stopAcknowledging();
    stopCounting();
    await restarted.agent.stop();
  }
}
