import { Refusal } from '../../protocol/refusal.ts';
import type { Decoding } from '../audio/ffmpeg.ts';
import { SAMPLE_RATE } from '../audio/format.ts';
import { factorOf } from '../audio/gain.ts';
import type { Meter } from '../audio/meter.ts';
import { play } from '../audio/player.ts';
import { programme } from '../audio/programme.ts';
import type { Sink, SoundStream } from '../audio/sinks/port.ts';
import { type Clock, sleep } from '../clock/clock.ts';
import type { ReadyAiring } from '../fetch/prepare.ts';
import type { Hardware, HardwareEvent } from '../hardware/ports.ts';
import type { Log } from '../log.ts';
import type { EvidenceCollector } from './evidence.ts';

/** How long relays stay closed without playback going on; the controller's own doing. */
export const LEASE_MS = 3_000;
const RENEW_MS = 1_000;
/** With less than this left to send, most of it may be heard before a power cut is: the sink holds a moment's sound. */
export const ENDING_SAMPLES = 1.5 * SAMPLE_RATE;
/** Soon enough that the output of a short programme is measured too. */
const FIRST_LOOK_MS = 200;

export interface AirOptions extends Pick<Decoding, 'onDecoder'> {
  readonly hardware: Hardware;
  readonly sink: Sink;
  readonly ffmpeg: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly settleMs: number;
  /** What has been proven of this airing so far; goes on here. */
  readonly evidence: EvidenceCollector;
  readonly meter: Meter;
  /** The part of the programme to be heard now, in samples of the whole. */
  readonly from: number;
  readonly until: number;
  /** Percent of full level. */
  readonly volume: number;
  /** Puts the airing's mark on the journal; false when the airing is off, so that nothing may sound. */
  readonly mark: () => Promise<boolean>;
  /** Told about every second how far it was heard, in samples of the whole. */
  readonly onProgress: (samples: number) => void;
  /** Notes on the journal that the rest must not be begun again [P-69]; called before the last moments are sent. */
  readonly markEnding: () => Promise<unknown>;
  /** Ends it at once; what is on air falls silent. */
  readonly signal: AbortSignal;
  /** Ends it, fading out. */
  readonly fade: AbortSignal;
  /** Asked at the end: whether another airing follows at once and wants the amplifier on. */
  readonly successorWaits: () => boolean;
}

export interface AiringEnd {
  /** `whole`: the part was played. `stopped`: a signal ended it. `off`: the mark was refused, nothing sounded. */
  readonly result: 'whole' | 'stopped' | 'failed' | 'off';
  /** How far it was heard, in samples of the whole programme. */
  readonly samples: number;
  readonly refusal?: Refusal;
  /** It failed or was stopped in its last moment, and may have been heard to its end. */
  readonly perhapsWhole?: true;
  /** Monotonic instants. */
  readonly relayAt?: number;
  readonly soundAt?: number;
}

/**
 * One airing, from the mark to the last relay open again:
 *
 *     mark → amplifier on, settle → zones on → read back → unmute → chime, programme → mute → zones off → amplifier off
 *
 * [P-64] The mark is on the journal before the first relay closes. [P-65] What was done is undone in reverse whatever
 * happens; where the controller no longer hears us, its lease lapses and it opens every relay by itself. [P-66] The
 * lease is renewed by the playback's progress and by nothing else. Never rejects: what went wrong is in the result.
 */
export async function air(ready: ReadyAiring, options: AirOptions): Promise<AiringEnd> {
  const { hardware, sink, clock, log, signal, fade } = options;
  const { zones, amplifier } = hardware;
  const { evidence, meter, from, until } = options;
  const emergency = ready.order.priority === 'emergency';
  const undo: (() => Promise<unknown>)[] = [];
  const trouble = new AbortController();
  const stopListening = hardware.listen((event) => {
    const refusal = troubleIn(event);
    if (refusal !== undefined) trouble.abort(refusal);
  });
  let contradictions: readonly string[] = [];
  let samples = from;
  let relayAt: number | undefined;
  let soundAt: number | undefined;
  let perhapsWhole = false;
  let stream: SoundStream | undefined;

  const check = async () => {
    const readings = await zones.readBack();
    // A controller that has just opened every relay by itself contradicts us for a reason that is known.
    if (trouble.signal.aborted) throw trouble.signal.reason;
    const found = evidence.read(readings);
    if (found.length === 0) return;
    contradictions = found;
    // A warning that sounds in some of its zones beats one that sounds in none; it is reported as failed all the same.
    if (!emergency || !evidence.anyKeyed) throw new Refusal('readback-differs', found.join(', '));
  };
  const end = (result: AiringEnd['result'], refusal?: Refusal): AiringEnd => ({
    result,
    samples,
    ...(refusal && { refusal }),
    ...(perhapsWhole && { perhapsWhole }),
    ...(relayAt !== undefined && { relayAt }),
    ...(soundAt !== undefined && { soundAt }),
  });

  try {
    const powerUp = async () => {
      undo.push(async () => (options.successorWaits() ? undefined : amplifier.power(false)));
      await amplifier.power(true);
      // A timer of 0 takes a millisecond or two.
      if (options.settleMs > 0) await sleep(clock, options.settleMs, signal);
    };
    const [marked, opened, powered] = await Promise.allSettled([options.mark(), sink.open(), powerUp()]);
    if (opened.status === 'fulfilled') stream = opened.value;
    if (marked.status === 'rejected') throw marked.reason;
    if (!marked.value) return end('off');
    if (opened.status === 'rejected') throw opened.reason;
    if (powered.status === 'rejected') throw powered.reason;
    if (signal.aborted || fade.aborted) return end('stopped');

    undo.push(() => zones.release());
    await zones.hold(ready.zones, LEASE_MS);
    relayAt = clock.monotonic();
    await check();
    undo.push(() => amplifier.mute(true));
    await amplifier.mute(false);

    let renewedAt = clock.monotonic() - RENEW_MS + FIRST_LOOK_MS;
    let ending = false;
    const onProgress = async (sent: number, heard: number) => {
      if (!ending && from + sent >= until - ENDING_SAMPLES) {
        ending = true;
        await options.markEnding();
      }
      if (clock.monotonic() - renewedAt < RENEW_MS) return;
      renewedAt = clock.monotonic();
      options.onProgress(from + heard);
      await zones.keep(LEASE_MS);
      await check();
      evidence.sensed(await amplifier.sense());
    };
    const playSignal = AbortSignal.any([signal, trouble.signal]);
    const lent = stream as SoundStream;
    stream = undefined;
    const played = await play({
      stretches: programme({
        tracks: ready.tracks,
        times: ready.order.repeat?.times ?? 1,
        from,
        until,
        chime: ready.order.chime === true,
        gapMs: (ready.order.repeat?.gap ?? 0) * 1_000,
        ffmpeg: options.ffmpeg,
        onDecoder: options.onDecoder,
        clock,
        signal: playSignal,
      }),
      stream: lent,
      factor: factorOf(options.volume),
      meter,
      clock,
      signal: playSignal,
      fade,
      onProgress,
      onFirstSound: () => {
        soundAt = clock.monotonic();
      },
    });
    samples = from + played.samples;
    perhapsWhole = played.perhapsWhole === true;
    if (trouble.signal.aborted) throw trouble.signal.reason;
    if (played.failure !== undefined) throw played.failure;
    if (!played.whole) return end('stopped');
    if (samples !== until) throw new Refusal('decoder-failed', `it gave ${samples} of ${until} samples`);
    await check();
    if (contradictions.length > 0) throw new Refusal('readback-differs', contradictions.join(', '));
    return end('whole');
  } catch (caught) {
    // What the controller told of itself says more than what failed because of it.
    const error: unknown = trouble.signal.aborted ? trouble.signal.reason : caught;
    if (!(error instanceof Refusal)) log('error', 'airing-broke', { airing: ready.key, error });
    const refusal = error instanceof Refusal ? error : new Refusal('internal-error', '', { cause: error });
    return end('failed', refusal);
  } finally {
    stopListening();
    await stream?.stop();
    for (const step of undo.reverse()) {
      await step().catch((error: unknown) => log('warn', 'undo-failed', { airing: ready.key, error }));
    }
  }
}

/** What ends an airing out of itself: without its controller nothing is known of the relays. */
function troubleIn(event: HardwareEvent): Refusal | undefined {
  switch (event.type) {
    case 'down':
      return event.refusal;
    case 'lease-lost':
      return new Refusal('lease-lost');
    case 'rebooted':
      return new Refusal('controller-unreachable', `it restarted: ${event.cause}`);
    case 'fault':
      return event.on ? new Refusal('amplifier-fault', event.detail) : undefined;
    // Which zones it concerns the read-back tells.
    case 'relay':
    case 'up':
    case 'over-temperature':
    case 'override':
    case 'tamper':
      return undefined;
  }
}
