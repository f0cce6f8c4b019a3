import type { Clock } from '../clock/clock.ts';
import { Interrupted, type Person, type Screen } from './person.ts';
import type { Progress } from './progress.ts';
import type { ZoneResult, ZoneVerdict } from './record.ts';
import type { SoundTest } from './sound-test.ts';
import type { ProvisionWords } from './words.ts';
import { idOf, type PlannedZone } from './zone-plan.ts';

/** Below this an amplifier's output is its own noise. */
const AUDIBLE_DB = -60;

export interface ZoneSetUp {
  readonly planned: readonly PlannedZone[];
  /** How many relays the controller has. */
  readonly relays: number;
  readonly person: Person | undefined;
  readonly screen: Screen;
  readonly words: ProvisionWords;
  readonly progress: Progress;
  /** What flags say in a person's place. */
  readonly said: (zone: string) => 'heard' | 'unheard' | undefined;
  /** Told of each zone as soon as it is done. */
  readonly note: (result: ZoneResult) => void;
  readonly test: (relay: number) => Promise<SoundTest>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

export interface ZoneDone {
  readonly zone: PlannedZone;
  readonly result: ZoneResult;
}

/** Wires and tests zone after zone; what passed before with this controller and this relay stands [P-112]. */
export async function setUpZones(setUp: ZoneSetUp): Promise<readonly ZoneDone[]> {
  const { planned, person, screen, words, progress, note } = setUp;
  const done: ZoneDone[] = [];
  const add = (zone: ZoneDone) => {
    done.push(zone);
    note(zone.result);
  };
  const passed = (zone: PlannedZone) =>
    progress.zones.find(({ zone: id, relay }) => id === zone.id && relay === zone.relay);
  const ahead = planned.filter((zone) => passed(zone) === undefined).length;
  if (ahead > 0) screen.step(words.zonesAhead(ahead));
  for (const zone of planned) {
    const before = passed(zone);
    if (before !== undefined) {
      add({ zone: { ...zone, name: before.name }, result: before });
      continue;
    }
    add(await setUpZone(zone, done, setUp));
  }
  while (person !== undefined && done.length < setUp.relays && (await person.confirm(words.askMoreZones, false))) {
    const taken = new Set(done.map(({ zone }) => zone.id));
    const check = (name: string) => (idOf(name) === '' || taken.has(idOf(name)) ? words.badZoneName : undefined);
    const name = await person.text({ message: words.askNewZoneName, check });
    const free = freeRelays(done, setUp.relays)[0] ?? setUp.relays;
    add(await setUpZone({ id: idOf(name), name, tags: [], relay: free }, done, setUp, name));
  }
  return done;
}

async function setUpZone(
  planned: PlannedZone,
  done: readonly ZoneDone[],
  setUp: ZoneSetUp,
  named?: string,
): Promise<ZoneDone> {
  const { person, screen, words, progress, said, signal } = setUp;
  const name = named ?? (await person?.text({ message: words.askZoneName(planned.id), initial: planned.name }));
  let zone: PlannedZone = { ...planned, name: name ?? planned.name };
  let wired = false;
  for (;;) {
    if (person !== undefined && !wired) zone = { ...zone, relay: await askRelay(person, zone, done, setUp) };
    wired = true;
    const wrong = wrongWiring(zone, done, setUp.relays);
    if (wrong === undefined) screen.step(words.playing(zone.name, zone.relay));
    const test = wrong === undefined ? await setUp.test(zone.relay) : undefined;
    if (signal.aborted) throw new Interrupted();
    const measured = resultOf(zone, test, wrong, setUp.clock);
    let result: ZoneResult = measured;
    if (person === undefined) {
      const answer = isProven(measured) || measured.verdict === 'unknown' ? said(zone.id) : undefined;
      result = answer === undefined ? measured : { ...measured, verdict: answer };
    } else {
      const answer = await ask(person, measured, words, screen);
      if (answer === 'again') continue;
      if (answer === 'other-relay') {
        wired = false;
        continue;
      }
      result = answer === 'go-on' ? measured : { ...measured, verdict: answer };
    }
    await progress.keepZone(result);
    return { zone, result };
  }
}

/** What somebody who listens says; of a test that failed by itself, what to do. */
async function ask(
  person: Person,
  measured: ZoneResult,
  words: ProvisionWords,
  screen: Screen,
): Promise<'heard' | 'unheard' | 'again' | 'other-relay' | 'go-on'> {
  const { text, remedy } = words.zone(measured);
  const sensed = words.sensed(measured);
  if (measured.verdict === 'measured' && sensed !== undefined) screen.step(sensed);
  if (measured.verdict === 'no-load') screen.failed(text, remedy);
  if (['measured', 'unknown', 'no-load'].includes(measured.verdict)) {
    const choices = [
      { value: 'heard', label: words.heard },
      { value: 'again', label: words.again },
      { value: 'other-relay', label: words.elsewhere },
      { value: 'unheard', label: words.unheard },
    ] as const;
    // The answer that claims nothing comes first to hand.
    return person.choose(words.askHeard(measured.name, measured.relay), choices, 'again');
  }
  screen.failed(text, remedy);
  return person.choose(words.askWhatNow, [
    { value: 'again', label: words.tryAgain },
    { value: 'other-relay', label: words.otherRelay },
    { value: 'go-on', label: words.goOn },
  ]);
}

async function askRelay(
  person: Person,
  zone: PlannedZone,
  done: readonly ZoneDone[],
  { relays, words }: ZoneSetUp,
): Promise<number> {
  const free = freeRelays(done, relays);
  const initial = free.includes(zone.relay) ? zone.relay : free[0];
  const check = (typed: string) => {
    const relay = /^\d{1,2}$/.test(typed) ? Number(typed) : 0;
    if (relay < 1 || relay > relays) return words.badRelay(relays);
    const taken = done.find((each) => each.zone.relay === relay);
    return taken && words.relayTaken(taken.zone.name);
  };
  return Number(await person.text({ message: words.askRelay(zone.name), initial: String(initial ?? ''), check }));
}

function freeRelays(done: readonly ZoneDone[], relays: number): readonly number[] {
  const taken = new Set(done.map(({ zone }) => zone.relay));
  return Array.from({ length: relays }, (_, at) => at + 1).filter((relay) => !taken.has(relay));
}

function wrongWiring(zone: PlannedZone, done: readonly ZoneDone[], relays: number): string | undefined {
  if (zone.relay < 1 || zone.relay > relays) return 'no-such-relay';
  return done.some((each) => each.zone.relay === zone.relay) ? 'relay-taken' : undefined;
}

/** What the hardware alone can tell [P-110]. */
function resultOf(zone: PlannedZone, test: SoundTest | undefined, wrong: string | undefined, clock: Clock): ZoneResult {
  const { refusal, level, currentA, keyed = 'unknown' } = test ?? {};
  const code = wrong ?? refusal?.code;
  return {
    zone: zone.id,
    name: zone.name,
    relay: zone.relay,
    verdict: verdictOf(code, level?.rmsDb, currentA),
    at: new Date(clock.now()).toISOString(),
    keyed,
    ...(level && { rmsDb: level.rmsDb, peakDb: level.peakDb }),
    ...(currentA !== undefined && { currentA }),
    ...(code !== undefined && { code }),
  };
}

function verdictOf(code: string | undefined, rmsDb: number | undefined, currentA: number | undefined): ZoneVerdict {
  if (code === 'readback-differs') return 'relay';
  if (code !== undefined) return 'failed';
  if (rmsDb === undefined) return 'unknown';
  if (rmsDb <= AUDIBLE_DB) return 'silent';
  return currentA === 0 ? 'no-load' : 'measured';
}

const isProven = ({ verdict }: ZoneResult): boolean => verdict === 'measured';
