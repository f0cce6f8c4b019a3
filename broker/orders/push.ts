import { topics } from '../../protocol/topics.ts';
import type { Bus } from '../bus/bus.ts';
import type { Entered } from './book.ts';
import type { IndexPublisher } from './index-publisher.ts';

interface PushOptions {
  readonly centre: string;
  readonly bus: Bus;
  readonly indexes: IndexPublisher;
}

/**
 * Pushes what was booked, for speed, then lists it, for certainty [P-32]: whoever misses the push pulls by the index,
 * also after a centre that died in between.
 */
export async function push({ centre, bus, indexes }: PushOptions, { audience, signed }: Entered): Promise<void> {
  const options = { qos: 1, retain: false } as const;
  const pushes =
    audience.kind === 'all'
      ? [bus.publish(topics.all(centre, 'order'), signed, options)]
      : audience.stations.map((station) => bus.publish(topics.to(centre, station, 'order'), signed, options));
  const listed = audience.kind === 'all' ? indexes.publish(undefined) : indexes.publishMany(audience.stations);
  const failed = [...(await Promise.allSettled(pushes)), ...(await Promise.allSettled([listed]))].filter(
    (result) => result.status === 'rejected',
  );
  if (failed.length > 0) throw new Error(`${failed.length} publishes failed`, { cause: failed[0]?.reason });
}
