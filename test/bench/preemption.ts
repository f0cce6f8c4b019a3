import { setTimeout as delay } from 'node:timers/promises';
import { v7 as uuid } from 'uuid';
import { topics } from '../../protocol/topics.ts';
import type { TimelineEvent } from '../../simulator/loudspeaker/timeline.ts';
import { ZONE } from './airing.ts';
import { CENTRE } from './centre-name.ts';
import type { Figures } from './figures.ts';
import { first } from './first.ts';
import { names } from './names.ts';
import type { Stage } from './stage.ts';

/** As long as a bulletin is on air before it is interrupted: its player is as far ahead as it ever is. */
const ON_AIR_MS = 1_000;
const BETWEEN_MS = 200;
const WARNED = 'thon-2';

/** The same emergency to a station that is idle, and to one that plays a bulletin. */
export async function preemptionRound(stage: Stage, figures: Figures): Promise<void> {
  const idle = await warn(stage);
  figures.add(names.idleWarningRelay, 'ms', idle.relayMs);
  figures.add(names.idleWarningSound, 'ms', idle.soundMs);
  await delay(BETWEEN_MS);

  const { centre, steady, long } = stage;
  const bulletin = await centre.sign(steady.station, ZONE, long, { id: uuid(), priority: 'routine' });
  const playing = player(stage, 'started');
  await centre.publish(topics.to(CENTRE, steady.station, 'order'), bulletin.token);
  await playing;
  await delay(ON_AIR_MS);
  const silenced = player(stage, 'killed');
  const { sentAt, relayMs, soundMs } = await warn(stage);
  figures.add(names.preemptedSilence, 'ms', (await silenced).ms - sentAt);
  figures.add(names.preemptedRelay, 'ms', relayMs);
  figures.add(names.preemptedSound, 'ms', soundMs);
  await delay(BETWEEN_MS);
}

/** Milliseconds from a warning's publication to its zone's relay and to its first sound. */
async function warn(stage: Stage): Promise<{ sentAt: number; relayMs: number; soundMs: number }> {
  const { centre, steady, short } = stage;
  const { order, token } = await centre.sign(steady.station, WARNED, short, { id: uuid() });
  const relay = first(
    'the relay of the warning',
    steady.loudspeaker.timeline.listen,
    (event: TimelineEvent) => event.what === 'relay' && event.zone === WARNED && event.closed,
  );
  const sound = player(stage, 'started');
  const sentAt = performance.now();
  await centre.publish(topics.to(CENTRE, steady.station, 'order'), token);
  const [closed, sounded] = await Promise.all([relay, sound]);
  await centre.settle(steady.station, order);
  return { sentAt, relayMs: closed.ms - sentAt, soundMs: sounded.ms - sentAt };
}

const player = ({ steady }: Stage, did: 'started' | 'killed'): Promise<TimelineEvent> =>
  first(
    `a player to be ${did}`,
    steady.loudspeaker.timeline.listen,
    (event) => event.what === 'player' && event.did === did,
  );
