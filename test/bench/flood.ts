import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { v7 as uuid } from 'uuid';
import type { AudioVariant, Order } from '../../protocol/order.ts';
import { decodeState } from '../../protocol/state.ts';
import { topics } from '../../protocol/topics.ts';
import type { TimelineEvent } from '../../simulator/loudspeaker/timeline.ts';
import type { VirtualStation } from '../../simulator/station/station.ts';
import { ZONE } from './airing.ts';
import type { BenchCentre } from './centre.ts';
import { CENTRE } from './centre-name.ts';
import { first } from './first.ts';
import type { Condition } from './probe.ts';
import { startWatchedAgent, type WatchedAgent } from './watched-agent.ts';

const HOUR_MS = 3_600_000;
/** So long after the last order its consequences are watched. */
const AFTER_MS = 5_000;
const TICK_MS = 20;
const REST_MS = 1_000;
const CLOSING_MS = 60_000;
const START_MS = 120_000;
const RELAY_MS = 100_000;

export type FloodKind = 'valid' | 'forged';

export interface FloodOptions {
  readonly centre: BenchCentre;
  readonly station: VirtualStation;
  readonly short: AudioVariant;
  readonly long: AudioVariant;
  readonly orders: number;
  /** Over which they are spread; 0 for one burst. */
  readonly overMs: number;
  readonly kind: FloodKind;
}

interface Warned {
  readonly relayMs: number;
  readonly cancelMs: number;
}

export interface FloodResult {
  readonly idle: Warned;
  readonly amid: Warned;
  readonly restMB: number;
  readonly worst: Condition;
  readonly journalMB: number;
  readonly restartMs: number;
}

/** Floods a station and orders, in the middle of it, an emergency and then its cancellation. */
export async function flood(options: FloodOptions): Promise<FloodResult> {
  const { station } = options;
  let agent = await started(options);
  const stopAcknowledging = options.centre.acknowledging(station.station);
  try {
    const idle = await warn(options);
    await delay(REST_MS);
    const { residentMB: restMB } = agent.worst();
    const amid = await pour(options);
    await delay(AFTER_MS);
    const worst = agent.worst();
    await agent.child.stop(CLOSING_MS);
    const journalMB = await sizeMB(join(station.directory, 'state', 'journal'));
    const restartAt = performance.now();
    agent = await started(options);
    return { idle, amid, restMB, worst, journalMB, restartMs: performance.now() - restartAt };
  } finally {
    stopAcknowledging();
    await agent.child.stop();
  }
}

/** Sends all orders, and a warning in their middle; resolves when that was heard and cancelled. */
async function pour(options: FloodOptions): Promise<Warned> {
  const { centre, station, orders, overMs } = options;
  const tokens: Uint8Array[] = [];
  for (let at = 0; at < orders; at++) tokens.push(await oneOfMany(options, at));
  const topic = topics.to(CENTRE, station.station, 'order');
  const startedAt = performance.now();
  let warned: Promise<Warned> | undefined;
  for (let sent = 0; sent < orders; ) {
    const due = overMs === 0 ? orders : Math.min(orders, ((performance.now() - startedAt) / overMs) * orders);
    for (; sent < due; sent++) {
      if (sent >= orders / 2) warned ??= warn(options);
      // Taken or not: a reader that is too slow is the broker's to deal with.
      centre.publish(topic, tokens[sent] as Uint8Array).catch(() => {});
    }
    await delay(TICK_MS);
  }
  return (warned ?? warn(options)) as Promise<Warned>;
}

/** Half of them air now, as far as there is time; the other half in an hour. */
async function oneOfMany({ centre, station, short, kind }: FloodOptions, at: number): Promise<Uint8Array> {
  const instants = [new Date(Date.now() + HOUR_MS / 2).toISOString()];
  const { token } = await centre.sign(station.station, ZONE, short, {
    id: uuid(),
    priority: 'routine',
    title: `Lệnh thứ ${at}`,
    ...(at % 2 === 1 && { when: { type: 'at', instants } satisfies Order['when'] }),
  });
  if (kind === 'valid') return token;
  // Another signature, as whoever owns the broker could make.
  const forged = Uint8Array.from(token);
  forged[forged.length - 20] = forged[forged.length - 20] === 65 ? 66 : 65;
  return forged;
}

/** A long emergency and its cancellation a second after its relay closed. Throws when either does not come to pass. */
async function warn({ centre, station, long }: FloodOptions): Promise<Warned> {
  const { order, token } = await centre.sign(station.station, 'thon-2', long);
  const relay = (closed: boolean) =>
    first(
      `relay ${closed ? 'closed' : 'opened'}`,
      station.loudspeaker.timeline.listen,
      (event: TimelineEvent) => event.what === 'relay' && event.zone === 'thon-2' && event.closed === closed,
      RELAY_MS,
    );
  const closed = relay(true);
  const sentAt = performance.now();
  await centre.publish(topics.to(CENTRE, station.station, 'order'), token);
  const { ms: closedAt } = await closed;
  await delay(1_000);
  const opened = relay(false);
  const cancelledAt = performance.now();
  await centre.cancel(station.station, order);
  const { ms: openedAt } = await opened;
  return { relayMs: closedAt - sentAt, cancelMs: openedAt - cancelledAt };
}

/** The agent online with its line up. */
async function started({ centre, station }: FloodOptions): Promise<WatchedAgent> {
  const online = first(
    `${station.station} to come online`,
    centre.listen,
    ({ topic, payload }) => {
      if (topic !== topics.from(CENTRE, station.station, 'state')) return false;
      const state = decodeState(payload);
      return state.ok && state.value.state === 'online';
    },
    START_MS,
  );
  const agent = startWatchedAgent(station);
  await Promise.all([online, agent.child.line((line) => (/^info line-up\b/.test(line) ? true : undefined), START_MS)]);
  return agent;
}

async function sizeMB(folder: string): Promise<number> {
  const sizes = await Promise.all((await readdir(folder)).map(async (name) => (await stat(join(folder, name))).size));
  return sizes.reduce((sum, size) => sum + size, 0) / 2 ** 20;
}
