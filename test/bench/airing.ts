import type { AudioVariant } from '../../protocol/order.ts';
import type { Report } from '../../protocol/report.ts';
import { topics } from '../../protocol/topics.ts';
import type { TimelineEvent } from '../../simulator/loudspeaker/timeline.ts';
import type { VirtualStation } from '../../simulator/station/station.ts';
import type { BenchCentre } from './centre.ts';
import { CENTRE } from './centre-name.ts';
import { first } from './first.ts';

export const ZONE = 'thon-1';

/** Milliseconds from the order's publication, as the virtual hardware saw them. */
export interface AiringTimes {
  readonly amplifierMs: number;
  readonly relayMs: number;
  readonly unmuteMs: number;
  /** First PCM at the sound card. */
  readonly soundMs: number;
  readonly report: Report;
}

export interface AiringOptions {
  readonly centre: BenchCentre;
  readonly station: VirtualStation;
  readonly recording: AudioVariant;
  /** Runs once sound has come; then the order is cancelled. Without it the recording plays to its end. */
  readonly meanwhile?: () => Promise<void>;
}

/** Publishes one signed order and follows it to its last report and the open relay. Throws when it does not air. */
export async function airOnce({ centre, station, recording, meanwhile }: AiringOptions): Promise<AiringTimes> {
  const { order, token } = await centre.sign(station.station, ZONE, recording);
  const timeline = (what: string, fits: (event: TimelineEvent) => boolean) =>
    first(`${what} at ${station.station}`, station.loudspeaker.timeline.listen, fits);
  const happened = Promise.all([
    timeline('amplifier on', (event) => event.what === 'amplifier' && event.on),
    timeline('relay closed', (event) => event.what === 'relay' && event.closed),
    timeline('unmuting', (event) => event.what === 'mute' && !event.on),
    timeline('first sound', (event) => event.what === 'player' && event.did === 'started'),
  ]);
  const over = timeline('amplifier off', (event) => event.what === 'amplifier' && !event.on);
  over.catch(() => {});

  const sentAt = performance.now();
  await centre.publish(topics.to(CENTRE, station.station, 'order'), token);
  const [amplifier, relay, unmute, sound] = await happened;
  if (meanwhile !== undefined) {
    await meanwhile();
    await centre.cancel(station.station, order);
  }
  await over;
  const report = await centre.settle(station.station, order);
  const wanted = meanwhile === undefined ? 'aired' : 'cancelled';
  if (report.outcome !== wanted) throw new Error(`${report.outcome} instead of ${wanted}: ${report.refusal?.code}`);
  return {
    amplifierMs: amplifier.ms - sentAt,
    relayMs: relay.ms - sentAt,
    unmuteMs: unmute.ms - sentAt,
    soundMs: sound.ms - sentAt,
    report,
  };
}
