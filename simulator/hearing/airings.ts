import type { TimelineEvent } from '../loudspeaker/timeline.ts';

/** What one player played, from its first sample to its last; offsets count in every zone's WAV alike. */
export interface PlayedAiring {
  readonly from: number;
  readonly to: number;
  /** Wall clock, ISO 8601. */
  readonly began: string;
  readonly drained: boolean;
}

/** Every player that finished or was killed, in order. */
export function airingsOf(events: readonly TimelineEvent[]): PlayedAiring[] {
  const airings: PlayedAiring[] = [];
  let start: TimelineEvent | undefined;
  for (const event of events) {
    if (event.what !== 'player') continue;
    if (event.did === 'started') start = event;
    if (start && (event.did === 'drained' || event.did === 'killed')) {
      airings.push({ from: start.sample, to: event.sample, began: start.at, drained: event.did === 'drained' });
      start = undefined;
    }
  }
  return airings;
}

/** The first instant (ISO 8601) at or after `since` at which exactly these zones had their relay closed. */
export function relaysSet(
  events: readonly TimelineEvent[],
  zones: readonly string[],
  since: string,
): string | undefined {
  const closed = new Set<string>();
  let last: string | undefined;
  const isSet = (): boolean => closed.size === zones.length && zones.every((zone) => closed.has(zone));
  for (const event of events) {
    if (event.what !== 'relay') continue;
    // Relays that move together are noted one after another; what counts is how they stand after the last.
    if (last !== undefined && event.at !== last && last >= since && isSet()) return last;
    if (event.closed) closed.add(event.zone);
    else closed.delete(event.zone);
    last = event.at;
  }
  return last !== undefined && last >= since && isSet() ? last : undefined;
}
