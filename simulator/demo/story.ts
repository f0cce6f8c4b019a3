import type { Order } from '../../protocol/order.ts';
import { isLast, type Report } from '../../protocol/report.ts';
import { topics } from '../../protocol/topics.ts';
import { decodeProgramme } from '../hearing/decode.ts';
import { ATTACKED, CENTRE, EMERGENCY, EMERGENCY_ZONE, PREEMPTED, ROUTINE } from './cast.ts';
import { forgeOrder } from './forgery.ts';
import { type Expectation, judgeStation, type Row } from './judge.ts';
import type { Narrator } from './narrator.ts';
import type { Player, Stage } from './stage.ts';
import type { DemoWords } from './words.ts';

export interface StoryOptions {
  readonly stage: Stage;
  readonly narrator: Narrator;
  readonly words: DemoWords;
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
}

/** A part of the story did not come to pass in its time; the message is for people. */
export class StoryStuck extends Error {
  override readonly name = 'StoryStuck';
}

/** Three orders, and what became of them. */
export async function tellStory(options: StoryOptions): Promise<Row[]> {
  const { stage, narrator, words, say } = options;

  say('');
  say(words.chapter.routine);
  const routine = await order(
    options,
    ['--to', 'all', '--priority', 'routine', '--on-interrupt', 'skip'],
    ROUTINE,
    stage.routine.sha256,
  );
  narrator.introduce('routine', routine.id);
  await until(options, words.waitFor.routine, 20, () =>
    stage.players.every((player) => sounds(player) >= player.zones.length),
  );
  await pause(5_000, options.signal);

  say('');
  say(words.chapter.emergency);
  const emergency = await order(
    options,
    ['--to', PREEMPTED.station, '--zones', EMERGENCY_ZONE, '--priority', 'emergency', '--status', 'exercise'],
    EMERGENCY,
    stage.emergency.sha256,
  );
  narrator.introduce('emergency', emergency.id);
  await until(options, words.waitFor.emergency, 20, () =>
    stage.players.some((player) => player.station === PREEMPTED.station && sounds(player) > player.zones.length),
  );
  await pause(1_500, options.signal);

  say('');
  say(words.chapter.forged);
  const forged = await forgeOrder(routine, ATTACKED.station, stage.centre.signing);
  narrator.introduce('forged', forged.order.id, forged.message);
  stage.intruder.publish(topics.to(CENTRE, ATTACKED.station, 'order'), forged.bytes);

  const expected = (): Promise<Map<string, Expectation[]>> => expectations(stage, routine, emergency, forged);
  await until(options, words.waitFor.final, 60, async () => {
    const all = [...(await expected()).values()].flat();
    return all.every(({ reports }) => reports.some(isLast)) && stage.players.every(isQuiet);
  });

  await narrator.finish();
  say('');
  say(words.judging);
  return judge(stage, await expected());
}

async function order(
  { stage, words, say }: StoryOptions,
  args: readonly string[],
  { title, basis }: typeof ROUTINE | typeof EMERGENCY,
  media: string,
): Promise<Order> {
  const all = ['--title', title, ...args, '--media', media];
  const grounds = ['--basis-number', basis.number, '--basis-date', basis.date, '--basis-issuer', basis.issuer];
  say(words.youWouldType(['loa-broker order send', ...[...all, ...grounds].map(shown)].join(' ')));
  return stage.centre.send([...all, ...grounds]);
}

const shown = (argument: string): string => {
  if (/^[0-9a-f]{64}$/.test(argument)) return `${argument.slice(0, 12)}…`;
  return /[^\w./-]/.test(argument) ? `"${argument}"` : argument;
};

/** By station: what each order must have led to, with what the ledger says by now. */
async function expectations(
  stage: Stage,
  routine: Order,
  emergency: Order,
  forged: { readonly order: Order; readonly message: string },
): Promise<Map<string, Expectation[]>> {
  const byStation = new Map<string, Expectation[]>();
  for (const { station, zones } of stage.players) {
    const reports = await stage.centre.reports(station);
    const about = (id: string): Report[] => reports.filter((report) => report.order?.id === id);
    const programme = new Int16Array(0);
    const preempted = station === PREEMPTED.station;
    const list: Expectation[] = [
      {
        kind: 'routine',
        order: routine,
        outcome: preempted ? 'preempted' : 'aired',
        zones: zones.map((zone) => zone.id),
        heard: preempted ? 'beginning' : 'whole',
        programme,
        reports: about(routine.id),
      },
    ];
    if (preempted) {
      const zone = [EMERGENCY_ZONE];
      list.push({
        kind: 'emergency',
        order: emergency,
        outcome: 'aired',
        zones: zone,
        heard: 'whole',
        programme,
        reports: about(emergency.id),
      });
    }
    if (station === ATTACKED.station) {
      const refused = reports.filter(
        (report) => report.message === forged.message || report.order?.id === forged.order.id,
      );
      list.push({
        kind: 'forged',
        order: forged.order,
        outcome: 'rejected',
        zones: [],
        heard: 'nothing',
        programme,
        reports: refused,
      });
    }
    byStation.set(station, list);
  }
  return byStation;
}

async function judge(stage: Stage, expected: ReadonlyMap<string, readonly Expectation[]>): Promise<Row[]> {
  const programmes = {
    routine: await decodeProgramme(stage.routine.file),
    emergency: await decodeProgramme(stage.emergency.file),
    forged: new Int16Array(0),
  };
  const rows: Row[] = [];
  for (const { station, zones, virtual } of stage.players) {
    virtual.loudspeaker.flush();
    const witness = {
      station,
      zones: zones.map((zone) => zone.id),
      events: virtual.loudspeaker.timeline.events,
      wavOf: virtual.loudspeaker.wavOf,
    };
    const list = (expected.get(station) ?? []).map((one) => ({ ...one, programme: programmes[one.kind] }));
    rows.push(...(await judgeStation(witness, list)));
  }
  return rows;
}

/** How often any zone of the station began to sound. */
const sounds = ({ virtual }: Player): number =>
  virtual.loudspeaker.timeline.events.filter((event) => event.what === 'sound-started').length;

const isQuiet = ({ virtual }: Player): boolean => !virtual.controller.state().closed.some(Boolean);

async function until(
  { stage, words, signal }: StoryOptions,
  what: string,
  seconds: number,
  condition: () => boolean | Promise<boolean>,
): Promise<void> {
  const deadline = performance.now() + seconds * 1000;
  while (!(await condition())) {
    stage.check();
    if (performance.now() > deadline) throw new StoryStuck(words.needsTime(what, seconds));
    await pause(100, signal);
  }
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(finish, ms);
    function finish(): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', finish);
      resolve();
    }
    signal.addEventListener('abort', finish);
  });
  signal.throwIfAborted();
}
