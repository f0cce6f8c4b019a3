import * as v from 'valibot';
import { orderSchema } from '../../../protocol/order.ts';
import { type Report, reportSchema } from '../../../protocol/report.ts';
import { readWav } from '../../../simulator/hearing/wav.ts';
import type { TimelineEvent } from '../../../simulator/loudspeaker/timeline.ts';
import type { Card, Life, OrderedRevision, StationHistory, Told } from './history.ts';
import { listen } from './listen.ts';

const reportsBody = v.object({ reports: v.array(reportSchema), unreadable: v.array(v.unknown()) });
const orderBody = v.object({ order: orderSchema, cancelledAt: v.nullable(v.string()) });

/** Asks the centre's API; the answer's body, or undefined for a 404. */
export type Ask = (path: string) => Promise<unknown>;

export interface Recorded {
  readonly station: string;
  readonly zones: readonly string[];
  readonly lives: readonly Life[];
  readonly told: readonly Told[];
  readonly clockSet: boolean;
  readonly cards: readonly Card[];
  readonly timeline: readonly TimelineEvent[];
  readonly wavOf: (zone: string) => string;
}

/** Everything about one station: its recordings, listened to, and its part of the ledger. */
export async function gatherStation(ask: Ask, recorded: Recorded): Promise<StationHistory> {
  const { wavOf, ...rest } = recorded;
  const { station, zones, timeline } = rest;
  const hearings = [];
  for (const zone of zones) {
    const { sound } = await readWav(wavOf(zone));
    hearings.push(...listen(sound, timeline, zone));
  }
  return { ...rest, hearings, ...(await ledgerOf(ask, station)) };
}

/** What the ledger holds of one station, in the order of the numbers. */
export async function ledgerOf(ask: Ask, station: string): Promise<{ reports: readonly Report[]; odd: number }> {
  const { reports, unreadable } = v.parse(reportsBody, await ask(`/api/reports?station=${station}`));
  return { reports, odd: unreadable.length };
}

/** What the centre's book holds of an order. */
export async function bookedOf(ask: Ask, id: string): Promise<OrderedRevision['booked']> {
  const body = await ask(`/api/orders/${id}`);
  if (body === undefined) return undefined;
  const { order, cancelledAt } = v.parse(orderBody, body);
  return { rev: order.rev, cancelled: cancelledAt !== null };
}
