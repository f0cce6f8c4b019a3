import type { TimelineEvent } from '../loudspeaker/timeline.ts';

/** One stretch in which a zone was heard. */
export interface Segment {
  readonly zone: string;
  /** First sample in the zone's WAV, and the first one after. */
  readonly from: number;
  readonly to: number;
  /** Wall clock at which it began, and ended; ISO 8601. */
  readonly began: string;
  readonly ended: string;
}

/** The finished stretches of one zone, in order, out of a timeline. */
export function segmentsOf(events: readonly TimelineEvent[], zone: string): Segment[] {
  const segments: Segment[] = [];
  let began = '';
  for (const event of events) {
    if (event.what === 'sound-started' && event.zone === zone) began = event.at;
    if (event.what === 'sound-ended' && event.zone === zone) {
      segments.push({ zone, from: event.from, to: event.sample, began, ended: event.at });
    }
  }
  return segments;
}
