import type { EnrolmentAnswer } from '../../protocol/enrolment.ts';
import type { Clock } from '../clock/clock.ts';
import type { Synchronisation } from '../clock/synchronisation.ts';
import type { Configuration } from '../configuration/schema.ts';
import type { Log } from '../log.ts';
import { airingStep } from './airing-step.ts';
import { checkDecoder, checkDisk } from './board-checks.ts';
import { type BrokerCheck, checkBrokerAs, isTurnedAway } from './broker-check.ts';
import { controllerStep } from './controller-step.ts';
import { enrolmentStep } from './enrolment-step.ts';
import type { FoundController } from './find-controller.ts';
import type { Flags } from './flags.ts';
import { CannotGoOn, Judge } from './judge.ts';
import { makeWay } from './make-way.ts';
import { type Person, type Screen, UnansweredError } from './person.ts';
import { Progress } from './progress.ts';
import { type AcceptanceRecord, type Finding, isAccepted } from './record.ts';
import { atCentresTime, instantAtCentre } from './record-times.ts';
import { type Service, serviceStep } from './service-step.ts';
import { soundStep } from './sound-step.ts';
import { testBench } from './test-bench.ts';
import type { ProvisionWords } from './words.ts';
import { existingConfiguration, writeConfiguration } from './write-configuration.ts';
import { type PlannedZone, planZones } from './zone-plan.ts';
import { setUpZones } from './zones.ts';

export interface ProvisionOptions {
  readonly flags: Flags;
  /** Whoever is at the terminal; undefined where nobody is to be asked. */
  readonly person: Person | undefined;
  readonly screen: Screen;
  readonly words: ProvisionWords;
  readonly service: Service;
  readonly explainService: (error: unknown) => string;
  readonly runAgent: (config: string) => Promise<{ close(): Promise<void> }>;
  readonly listPorts: () => Promise<readonly string[]>;
  readonly synchronisation: Synchronisation;
  readonly software: string;
  readonly clock: Clock;
  readonly log: Log;
  /** Ctrl-C. */
  readonly signal: AbortSignal;
}

/**
 * From a board in a cabinet to a station whose first airing is proven, point by point. Every point ends in the record,
 * whatever happens; done again, it goes on where it stopped [P-112]. Rejects with Interrupted or UnansweredError.
 */
export async function provision(options: ProvisionOptions): Promise<AcceptanceRecord> {
  const { flags, person, screen, words, service, clock, signal } = options;
  const now = () => new Date(clock.now()).toISOString();
  const judge = new Judge({ person, screen, words, signal });
  const progress = await Progress.open(flags.state, now(), flags.again);
  let answer: EnrolmentAnswer | undefined;
  let stopped = false;
  let startedAt = now();
  let offsetMs = 0;
  screen.begin(words.title);
  try {
    progress.by = flags.by ?? (await askBy(options, progress));
    stopped = await makeWay({ ...options, state: flags.state });
    await judge.take('disk', true, () => checkDisk(flags.state));
    const before = await existingConfiguration(flags.config);
    await judge.take('decoder', false, () => checkDecoder(before?.audio.ffmpeg));
    const controller = await controllerStep({ ...options, judge });
    await progress.useController(controller.hello.serial, now());
    const isRefused = (known: EnrolmentAnswer) => isTurnedAway(known, flags.state, clock);
    answer = await enrolmentStep({ ...options, judge, isRefused });
    if (await progress.useEnrolment(answer, now())) startedAt = now();
    const zones = await zoneSteps(options, { judge, progress, controller, answer, before });
    const { line } = controller;
    const facts = {
      ...{ file: flags.config, state: flags.state, answer, line, zones: zones.wired },
      ...{ device: zones.device, player: flags.player },
    };
    await judge.take('configuration', true, () => writeConfiguration(facts));
    offsetMs = (await connectionSteps(options, judge, answer)) ?? 0;
    const installed = await serviceStep({
      ...{ ...options, judge, wanted: flags.service, config: flags.config },
      explain: options.explainService,
    });
    if (stopped && !installed) await service.start(flags.config);
    const runs = installed || stopped;
    stopped = false;
    await airingStep({
      ...{ ...options, judge, progress, station: answer.plan.station },
      since: instantAtCentre(progress.beganAt < startedAt ? progress.beganAt : startedAt, offsetMs),
      sensesOutput: controller.hello.capabilities.includes('O'),
      runAgent: runs ? undefined : () => options.runAgent(flags.config),
    });
  } catch (error) {
    if (!(error instanceof CannotGoOn)) throw error;
  } finally {
    // However this ends, a station that ran before runs again.
    if (stopped) await service.start(flags.config);
  }
  const { points } = judge;
  const accepted = isAccepted(points);
  const { by, beganAt } = progress;
  const record: AcceptanceRecord = {
    ...{ accepted, by, beganAt, endedAt: now(), software: options.software, points },
    ...(answer && { station: { id: answer.plan.station, name: answer.plan.name, centre: answer.centre } }),
  };
  return atCentresTime(record, offsetMs);
}

/** Who is responsible stands in the record. */
async function askBy({ person, words }: ProvisionOptions, progress: Progress): Promise<string> {
  if (person === undefined && progress.by === '') throw new UnansweredError('--by');
  return (await person?.text({ message: words.askBy, initial: progress.by })) ?? progress.by;
}

interface Found {
  readonly judge: Judge;
  readonly progress: Progress;
  readonly controller: FoundController;
  readonly answer: EnrolmentAnswer;
  readonly before: Configuration | undefined;
}

/** The sound device, then every zone by it. */
async function zoneSteps(
  options: ProvisionOptions,
  { judge, progress, controller, answer, before }: Found,
): Promise<{ readonly wired: readonly PlannedZone[]; readonly device: string }> {
  const { flags } = options;
  const { device, sink } = await soundStep({
    ...{ ...options, judge, device: flags.device, player: flags.player },
    before: before?.audio.sink === 'alsa' ? before.audio : undefined,
  });
  const bench = testBench({ ...options, controller, sink, settleMs: before?.amplifier.settleMs ?? 500 });
  try {
    const done = await setUpZones({
      ...{ ...options, progress, relays: controller.hello.relays },
      planned: planZones(answer, flags.zones, progress.zones, before?.zones ?? []),
      said: (zone) => said(zone, flags),
      note: (result) => judge.note('zone', { code: 'zone', result }),
      test: (relay) => bench.test(relay, flags.volume),
    });
    return { wired: done.map(({ zone }) => zone), device };
  } finally {
    await bench.close();
    await sink.close();
  }
}

/** The broker as the station will meet it, and the clock by what the centre says: by how much it is before that. */
async function connectionSteps(
  options: ProvisionOptions,
  judge: Judge,
  answer: EnrolmentAnswer,
): Promise<number | undefined> {
  const { flags, screen, words, clock, synchronisation } = options;
  let check: BrokerCheck | undefined;
  await judge.take('broker', false, async (): Promise<Finding> => {
    screen.step(words.connecting);
    check = await checkBrokerAs(answer, flags.state, clock);
    return check.finding;
  });
  await judge.take('clock', false, async (): Promise<Finding> => {
    if ((await synchronisation()) !== undefined) return { code: 'clock-ok' };
    const offsetMs = check?.offsetMs;
    return offsetMs === undefined ? { code: 'clock-unknown' } : { code: 'clock-by-centre', offsetMs };
  });
  return check?.offsetMs;
}

function said(zone: string, { heard, notHeard }: Flags): 'heard' | 'unheard' | undefined {
  if (notHeard.includes(zone) || notHeard.includes('all')) return 'unheard';
  return heard.includes(zone) || heard.includes('all') ? 'heard' : undefined;
}
