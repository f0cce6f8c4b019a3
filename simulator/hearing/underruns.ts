import type { TimelineEvent } from '../loudspeaker/timeline.ts';

/**
 * What a zone heard, without the pauses in which the sound card had run dry because the machine was too busy to fill it:
 * they say nothing of what was ordered. `from`: where in the zone's WAV `sound` begins.
 */
export function withoutUnderruns(sound: Int16Array, events: readonly TimelineEvent[], from = 0): Int16Array {
  const heard = new Int16Array(sound.length);
  let length = 0;
  let at = 0;
  const keepUntil = (end: number): void => {
    const kept = sound.subarray(at, Math.max(at, Math.min(end, sound.length)));
    heard.set(kept, length);
    length += kept.length;
  };
  let dry: number | undefined;
  for (const event of events) {
    if (event.what !== 'player') continue;
    if (event.did === 'resumed' && dry !== undefined) {
      keepUntil(dry);
      at = Math.max(at, event.sample - from);
    }
    dry = event.did === 'starved' ? event.sample - from : undefined;
  }
  keepUntil(sound.length);
  return heard.subarray(0, length);
}
