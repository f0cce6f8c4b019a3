import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import type { Loudspeaker, OutputState } from '../ports.ts';
import { SAMPLE_RATE } from './format.ts';
import { createLevelMeter } from './level-meter.ts';
import { type PlayerProgram, writePlayerProgram } from './player-program.ts';
import { openRecording } from './recording.ts';
import { openSoundCard } from './sound-card.ts';
import { openTimeline, type Timeline } from './timeline.ts';

const STEP_MS = 10;
/**
 * When this process was held up, time is caught up in steps of this length, less than what players write ahead: what
 * they wrote meanwhile is read between two steps, and the card does not run dry of sound that had come in time.
 */
const LONGEST_STEP_SAMPLES = SAMPLE_RATE / 10;
const FLUSH_EVERY_SAMPLES = SAMPLE_RATE;

export interface LoudspeakerOptions {
  /** Gets `heard/<zone>.wav` and `timeline.jsonl`. */
  readonly directory: string;
  /** Gets the player program and the card's socket, whose path may not be longer than 107 bytes. */
  readonly runtime: string;
  /** Ids in the order of their relays. */
  readonly zones: readonly string[];
}

export interface VirtualLoudspeaker extends Loudspeaker {
  readonly timeline: Timeline;
  readonly player: PlayerProgram;
  /** The WAV of a zone. */
  wavOf(zone: string): string;
  /** Brings every WAV up to now. */
  flush(): void;
  close(): Promise<void>;
}

/**
 * A sound card, an amplifier's output and the loudspeakers behind the relays. Time passes by the monotonic clock,
 * 48,000 samples a second; every change first plays the sound up to its own instant, so relays cut at the sample.
 */
export async function startLoudspeaker(options: LoudspeakerOptions): Promise<VirtualLoudspeaker> {
  const { directory, runtime, zones } = options;
  const heardDirectory = join(directory, 'heard');
  await mkdir(heardDirectory, { recursive: true });
  const timeline = openTimeline(join(directory, 'timeline.jsonl'));
  const recording = openRecording(heardDirectory, zones, timeline);
  const meter = createLevelMeter();
  const origin = performance.now();
  let clock = 0;
  let flushedAt = 0;
  let ticking: NodeJS.Timeout | undefined;
  let closing: Promise<void> | undefined;
  let state: OutputState = { closed: zones.map(() => false), amplifierOn: false, muted: true, level: 100 };

  const card = await openSoundCard(join(runtime, 'sound-card.sock'), {
    beforeChange: () => advance(),
    changed(did) {
      timeline.note(recording.samples, { what: 'player', did });
      settle();
    },
  });
  const player = await writePlayerProgram(runtime, card.socket);

  function gain(): number {
    return state.amplifierOn && !state.muted ? state.level / 100 : 0;
  }

  function isActive(): boolean {
    return card.playing || state.closed.some(Boolean);
  }

  /** Plays what was due since the last time. Nothing is recorded while no relay is closed and nobody plays. */
  function advance(longest = Number.POSITIVE_INFINITY): void {
    const now = Math.floor(((performance.now() - origin) * SAMPLE_RATE) / 1000);
    const due = Math.min(now - clock, longest);
    clock += due;
    const active = isActive();
    const { sound, after } = card.play(due);
    meter.hear(due, sound, gain());
    if (!active) return;
    if (after === 'drained') {
      recording.append(sound.length, sound, gain());
      timeline.note(recording.samples, { what: 'player', did: after });
      recording.hear(audible());
      if (isActive()) recording.append(due - sound.length, new Int16Array(0), 0);
    } else {
      recording.append(sound.length, sound, gain());
      if (after) timeline.note(recording.samples, { what: 'player', did: after });
      recording.append(due - sound.length, new Int16Array(0), 0);
    }
    if (recording.samples - flushedAt < FLUSH_EVERY_SAMPLES) return;
    recording.flush();
    flushedAt = recording.samples;
  }

  function audible(): boolean[] {
    return zones.map((_, index) => card.playing && gain() > 0 && state.closed[index] === true);
  }

  /** After any change: who is heard now, and whether time has to be watched. */
  function settle(): void {
    recording.hear(audible());
    if (isActive()) {
      ticking ??= setInterval(tick, STEP_MS);
    } else if (ticking) {
      clearInterval(ticking);
      ticking = undefined;
      recording.flush();
      flushedAt = recording.samples;
    }
  }

  function tick(): void {
    advance(LONGEST_STEP_SAMPLES);
    if (!isActive()) settle();
  }

  function noteChanges(before: OutputState, after: OutputState, cause: string | undefined): void {
    const at = recording.samples;
    if (before.amplifierOn !== after.amplifierOn) timeline.note(at, { what: 'amplifier', on: after.amplifierOn });
    if (before.muted !== after.muted) timeline.note(at, { what: 'mute', on: after.muted });
    if (before.level !== after.level) timeline.note(at, { what: 'level', percent: after.level });
    for (const [index, zone] of zones.entries()) {
      const closed = after.closed[index] === true;
      if (closed === (before.closed[index] === true)) continue;
      timeline.note(at, { what: 'relay', zone, closed, ...(cause === undefined ? {} : { cause }) });
    }
  }

  async function close(): Promise<void> {
    await card.close();
    advance();
    clearInterval(ticking);
    recording.close();
  }

  return {
    timeline,
    player,
    change(next, cause) {
      advance();
      const before = state;
      state = { ...next, closed: [...next.closed] };
      noteChanges(before, state, cause);
      settle();
    },
    output() {
      advance();
      if (!isActive()) settle();
      return meter.read();
    },
    wavOf: (zone) => join(heardDirectory, `${zone}.wav`),
    flush() {
      advance();
      recording.flush();
    },
    close() {
      closing ??= close();
      return closing;
    },
  };
}
