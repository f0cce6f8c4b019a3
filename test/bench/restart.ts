import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { v7 as uuid } from 'uuid';
import { bookOrder } from '../../agent/book/book.ts';
import { Journal } from '../../agent/book/journal.ts';
import { silentLog } from '../../agent/log.ts';
import type { VerifiedOrder } from '../../agent/verify/verify-order.ts';
import type { AudioVariant, Order } from '../../protocol/order.ts';
import type { VirtualStation } from '../../simulator/station/station.ts';
import { airOnce, ZONE } from './airing.ts';
import type { BenchCentre } from './centre.ts';
import { first } from './first.ts';
import { startAgentProcess } from './start.ts';

const HOUR_MS = 3_600_000;
/** A third of each kind: to air now as soon as there is time, at instants to come, daily. */
const BOOKED = 1_000;

export interface RestartOptions {
  readonly centre: BenchCentre;
  readonly station: VirtualStation;
  readonly short: AudioVariant;
}

/** Gives a station that does not run a journal with a thousand booked orders, and its recording. */
export async function bookThousand(options: RestartOptions): Promise<void> {
  const { centre, station, short } = options;
  await startAgentProcess(centre, station);
  await airOnce({ centre, station, recording: short });
  await station.agent.stop();
  const kinds: readonly Order['when'][] = [
    { type: 'now' },
    { type: 'at', instants: [2, 3, 4].map((hours) => new Date(Date.now() + hours * HOUR_MS).toISOString()) },
    { type: 'daily', times: ['05:00', '11:00', '17:00'], timeZone: 'Asia/Ho_Chi_Minh' },
  ];
  await onJournal(options.station, async (journal) => {
    const orders = Array.from({ length: BOOKED }, (_, at) =>
      book(journal, options, { priority: 'routine', when: kinds[at % kinds.length] ?? { type: 'now' }, lateBy: 3_600 }),
    );
    await Promise.all(orders);
  });
}

export interface Restarted {
  readonly relayMs: number;
  /** Of the agent, all its threads, in steps of 10: what the others on a busy machine do not lengthen much. */
  readonly processorMs: number;
}

/**
 * Milliseconds from the start of the agent's process to the first relay closed, by an emergency that was booked when
 * its station died. Ends the agent as a power cut does.
 */
export async function restartToRelay(options: RestartOptions): Promise<Restarted> {
  const { station } = options;
  await onJournal(options.station, (journal) => book(journal, options, {}));
  const closed = first(
    'the relay after a restart',
    station.loudspeaker.timeline.listen,
    (event) => event.what === 'relay' && event.closed,
  );
  const startedAt = performance.now();
  station.agent.start();
  const { ms } = await closed;
  const processorMs = await processorTime(station.agent.child?.pid);
  await station.agent.kill();
  return { relayMs: ms - startedAt, processorMs };
}

async function book(journal: Journal, options: RestartOptions, changes: Partial<Order>): Promise<void> {
  const { centre, station, short } = options;
  const { order } = await centre.sign(station.station, ZONE, short, { id: uuid(), ...changes });
  await bookOrder(journal, { order, zones: [ZONE], token: new Uint8Array() } as unknown as VerifiedOrder);
}

/** Writes to the journal of a station that does not run. */
export async function onJournal(station: VirtualStation, work: (journal: Journal) => Promise<void>): Promise<void> {
  const journal = await Journal.open({
    directory: join(station.directory, 'state', 'journal'),
    log: silentLog,
    stamp: (draft, number) => ({
      ...draft,
      ...number,
      station: station.station,
      at: new Date().toISOString(),
      clock: 'trusted',
      software: 'bench',
    }),
  });
  try {
    await work(journal);
  } finally {
    await journal.close();
  }
}

/** proc(5): user and system time are the fields 14 and 15, in hundredths of a second. */
async function processorTime(pid: number | undefined): Promise<number> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}
