import { appendFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';

/** What happened at the loudspeakers. `sample` counts in every zone's WAV alike. */
export type Happening =
  | { readonly what: 'relay'; readonly zone: string; readonly closed: boolean; readonly cause?: string }
  | { readonly what: 'amplifier'; readonly on: boolean }
  | { readonly what: 'mute'; readonly on: boolean }
  | { readonly what: 'level'; readonly percent: number }
  | { readonly what: 'player'; readonly did: 'started' | 'starved' | 'resumed' | 'drained' | 'killed' | 'refused' }
  | { readonly what: 'sound-started'; readonly zone: string }
  | {
      readonly what: 'sound-ended';
      readonly zone: string;
      /** First sample of this sound in the zone's WAV; `sample` of the event is the first one after it. */
      readonly from: number;
      readonly peakDb: number;
      readonly rmsDb: number;
    };

export type TimelineEvent = Happening & {
  /** Wall clock, ISO 8601. */
  readonly at: string;
  /** Monotonic milliseconds of the simulator's process. */
  readonly ms: number;
  readonly sample: number;
};

export interface Timeline {
  readonly events: readonly TimelineEvent[];
  note(sample: number, happening: Happening): void;
  /** Hears every event from now on; the function returned stops that. */
  listen(listener: (event: TimelineEvent) => void): () => void;
}

/** Keeps the events and appends each as one line of JSON to `path`. */
export function openTimeline(path: string): Timeline {
  const events: TimelineEvent[] = [];
  const listeners = new Set<(event: TimelineEvent) => void>();
  appendFileSync(path, '');
  return {
    events,
    note(sample, happening) {
      const ms = Math.round(performance.now() * 1000) / 1000;
      const event: TimelineEvent = { at: new Date().toISOString(), ms, sample, ...happening };
      events.push(event);
      appendFileSync(path, `${JSON.stringify(event)}\n`);
      for (const listener of listeners) listener(event);
    },
    listen(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
