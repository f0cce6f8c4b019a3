import { Refusal } from '../../protocol/refusal.ts';
import { factorOf } from '../audio/gain.ts';
import { Meter } from '../audio/meter.ts';
import { play } from '../audio/player.ts';
import type { Sink, SoundStream } from '../audio/sinks/port.ts';
import { type Clock, sleep } from '../clock/clock.ts';
import type { Hardware, HardwareEvent, OutputLevel } from '../hardware/ports.ts';

/** As in an airing: relays stay closed so long without playback going on. */
const LEASE_MS = 3_000;
const LOOK_MS = 300;

export interface SoundTestOptions {
  readonly hardware: Hardware;
  readonly sink: Sink;
  /** As the hardware knows it. */
  readonly zone: string;
  readonly pcm: Buffer;
  /** Percent of full level. */
  readonly volume: number;
  readonly settleMs: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

export interface SoundTest {
  readonly keyed: 'sensed' | 'commanded' | 'unknown';
  /** The loudest output that was sensed; absent where nothing senses it. */
  readonly level?: OutputLevel;
  /** The most that this zone's line drew. */
  readonly currentA?: number;
  /** Why it did not play to the end; `readback-differs` where the relay is not as commanded. */
  readonly refusal?: Refusal;
}

/**
 * Plays a sound in one zone as an airing does: amplifier, relay under a lease that only the playback renews, read-back;
 * everything is undone in reverse whatever happens, and lapses by itself if this process dies [P-111]. Never rejects.
 */
export async function testSound(options: SoundTestOptions): Promise<SoundTest> {
  const { hardware, sink, zone, pcm, volume, settleMs, clock, signal } = options;
  const { zones, amplifier, traits } = hardware;
  const undo: (() => Promise<unknown>)[] = [];
  const trouble = new AbortController();
  const stopListening = hardware.listen((event) => {
    const refusal = troubleIn(event);
    if (refusal !== undefined) trouble.abort(refusal);
  });
  const ending = AbortSignal.any([signal, trouble.signal]);
  let stream: SoundStream | undefined;
  let keyed: SoundTest['keyed'] = 'unknown';
  let level: OutputLevel | undefined;
  let currentA: number | undefined;

  const check = async () => {
    if (traits.readback === 'none') return;
    for (const reading of await zones.readBack()) {
      if ((reading.sensed ?? reading.commanded) !== (reading.zone === zone)) {
        throw new Refusal('readback-differs', reading.zone);
      }
    }
    keyed = traits.readback === 'contact' ? 'sensed' : 'commanded';
  };
  const measure = async () => {
    const sensed = await amplifier.sense();
    if (sensed !== undefined && sensed.rmsDb > (level?.rmsDb ?? Number.NEGATIVE_INFINITY)) level = sensed;
    if (!traits.senses.includes('current')) return;
    const reading = (await hardware.readings()).zones.find((each) => each.zone === zone);
    if (reading?.currentA !== undefined) currentA = Math.max(currentA ?? 0, reading.currentA);
  };
  const result = (refusal?: Refusal): SoundTest => ({
    keyed,
    ...(level !== undefined && { level }),
    ...(currentA !== undefined && { currentA }),
    ...(refusal !== undefined && { refusal }),
  });

  try {
    stream = await sink.open();
    undo.push(() => amplifier.power(false));
    await amplifier.power(true);
    await sleep(clock, settleMs, ending);
    ending.throwIfAborted();
    undo.push(() => zones.release());
    await zones.hold([zone], LEASE_MS);
    await check();
    undo.push(() => amplifier.mute(true));
    await amplifier.mute(false);
    let lookedAt = clock.monotonic();
    const lent = stream;
    stream = undefined;
    const played = await play({
      stretches: once(pcm),
      stream: lent,
      factor: factorOf(volume),
      meter: new Meter(),
      clock,
      signal: ending,
      fade: new AbortController().signal,
      onProgress: async () => {
        if (clock.monotonic() - lookedAt < LOOK_MS) return;
        lookedAt = clock.monotonic();
        await zones.keep(LEASE_MS);
        await check();
        await measure();
      },
      onFirstSound: () => {},
    });
    if (trouble.signal.aborted) throw trouble.signal.reason;
    if (played.failure !== undefined) throw played.failure;
    return result();
  } catch (caught) {
    const error: unknown = trouble.signal.aborted ? trouble.signal.reason : caught;
    return result(error instanceof Refusal ? error : new Refusal('internal-error', '', { cause: error }));
  } finally {
    stopListening();
    await stream?.stop();
    // What cannot be said any more, the lease's end does.
    for (const step of undo.reverse()) await step().catch(() => undefined);
  }
}

async function* once(pcm: Buffer) {
  yield { pcm, counts: true };
}

function troubleIn(event: HardwareEvent): Refusal | undefined {
  if (event.type === 'down') return event.refusal;
  if (event.type === 'lease-lost') return new Refusal('lease-lost');
  if (event.type === 'rebooted') return new Refusal('controller-unreachable', `it restarted: ${event.cause}`);
  return event.type === 'fault' && event.on ? new Refusal('amplifier-fault', event.detail) : undefined;
}
