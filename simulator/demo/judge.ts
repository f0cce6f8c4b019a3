import type { Order } from '../../protocol/order.ts';
import type { Grade, Outcome, Report } from '../../protocol/report.ts';
import { airingsOf, relaysSet } from '../hearing/airings.ts';
import { correlate, correlateBeginning } from '../hearing/correlate.ts';
import { segmentsOf } from '../hearing/segments.ts';
import { isDigitalSilence } from '../hearing/silence.ts';
import { readWav } from '../hearing/wav.ts';
import type { TimelineEvent } from '../loudspeaker/timeline.ts';

/** What was heard equals what was ordered from here on. */
const ENOUGH = 0.95;

/** What must have happened with one order at one station. */
export interface Expectation {
  readonly kind: 'routine' | 'emergency' | 'forged';
  readonly order: Pick<Order, 'id' | 'issuedAt'>;
  readonly outcome: Outcome;
  /** Zones that must have heard it; the others must not. Empty: it must not have been heard at all. */
  readonly zones: readonly string[];
  /** How much of the programme must have been heard. */
  readonly heard: 'whole' | 'beginning' | 'nothing';
  readonly programme: Int16Array;
  /** The station's reports about it in the centre's ledger, oldest first. */
  readonly reports: readonly Report[];
}

/** A fault found by the judge, as a code with its figures; people get words by `code`. */
export interface Problem {
  readonly code: 'outcome' | 'refusal' | 'airings' | 'not-heard' | 'not-silent' | 'relay-moved' | 'no-relay';
  readonly detail: string;
}

export interface Row {
  readonly station: string;
  readonly kind: Expectation['kind'];
  readonly order: string;
  readonly expected: Outcome;
  readonly outcome: Outcome | 'none';
  readonly refusal: string | undefined;
  readonly grade: Grade | undefined;
  readonly zones: readonly { readonly zone: string; readonly correlation: number; readonly heardMs: number }[];
  readonly silent: readonly string[];
  readonly toRelayMs: number | undefined;
  readonly toSoundMs: number | undefined;
  readonly problems: readonly Problem[];
}

/** The loudspeakers of one station, as its simulator recorded them. */
export interface Witness {
  readonly station: string;
  readonly zones: readonly string[];
  readonly events: readonly TimelineEvent[];
  wavOf(zone: string): string;
}

/**
 * Judges one station by what its loudspeakers recorded and what the centre stored; the agent itself is not asked.
 * `expectations`: every order that concerned it, in the order of their airings.
 */
export async function judgeStation(witness: Witness, expectations: readonly Expectation[]): Promise<Row[]> {
  const sounds = new Map<string, Int16Array>();
  for (const zone of witness.zones) sounds.set(zone, (await readWav(witness.wavOf(zone))).sound);
  const airings = airingsOf(witness.events);
  const audible = expectations.filter((expected) => expected.heard !== 'nothing');
  const rows = expectations.map((expected) => {
    const airing = airings[audible.indexOf(expected)];
    return judgeOrder(witness, sounds, expected, expected.heard === 'nothing' ? undefined : airing);
  });
  const overall = judgeRest(witness, sounds, airings, audible);
  return rows.map((row, index) => (index === 0 ? { ...row, problems: [...row.problems, ...overall] } : row));
}

type Sounds = ReadonlyMap<string, Int16Array>;
type Airing = ReturnType<typeof airingsOf>[number];

function judgeOrder(witness: Witness, sounds: Sounds, expected: Expectation, airing: Airing | undefined): Row {
  const problems = judgeLedger(expected);
  const last = expected.reports.at(-1);
  const zones: { zone: string; correlation: number; heardMs: number }[] = [];
  const silent: string[] = [];
  for (const zone of airing ? witness.zones : []) {
    const sound = sounds.get(zone)?.subarray(airing?.from, airing?.to) ?? new Int16Array(0);
    if (expected.zones.includes(zone)) {
      const judged = judgeZone(witness, expected, zone, sounds, airing);
      zones.push(judged);
      if (judged.correlation < ENOUGH) problems.push({ code: 'not-heard', detail: `${zone} ${judged.correlation}` });
    } else if (isDigitalSilence(sound)) silent.push(zone);
    else problems.push({ code: 'not-silent', detail: zone });
  }
  const relay = airing && relaysSet(witness.events, expected.zones, expected.order.issuedAt);
  const sound = airing && firstSound(witness, expected, airing);
  if (airing && relay === undefined) problems.push({ code: 'no-relay', detail: expected.zones.join(', ') });
  return {
    station: witness.station,
    kind: expected.kind,
    order: expected.order.id,
    expected: expected.outcome,
    outcome: last?.outcome ?? 'none',
    refusal: last?.refusal?.code,
    grade: last?.evidence?.grade,
    zones,
    silent,
    toRelayMs: since(expected.order.issuedAt, relay),
    toSoundMs: since(expected.order.issuedAt, sound),
    problems,
  };
}

function judgeLedger(expected: Expectation): Problem[] {
  const last = expected.reports.at(-1);
  if (last?.outcome !== expected.outcome) {
    return [{ code: 'outcome', detail: `${last?.outcome ?? 'none'} ≠ ${expected.outcome}` }];
  }
  if (expected.kind === 'forged' && last.refusal?.code !== 'bad-signature') {
    return [{ code: 'refusal', detail: `${last.refusal?.code ?? 'none'} ≠ bad-signature` }];
  }
  return [];
}

function judgeZone(
  witness: Witness,
  expected: Expectation,
  zone: string,
  sounds: Sounds,
  airing: Airing | undefined,
): Row['zones'][number] {
  const segment = segmentsOf(witness.events, zone).find(
    (heard) => airing && heard.from >= airing.from && heard.to <= airing.to,
  );
  const sound = sounds.get(zone)?.subarray(segment?.from ?? 0, segment?.to ?? 0) ?? new Int16Array(0);
  const match = (expected.heard === 'whole' ? correlate : correlateBeginning)(sound, expected.programme);
  const correlation = Math.floor(match.coefficient * 10_000) / 10_000;
  return { zone, correlation, heardMs: Math.round(sound.length / 48) };
}

/** Nothing may have been heard beside the airings, and no relay may have moved for anything else. */
function judgeRest(
  witness: Witness,
  sounds: Sounds,
  airings: readonly Airing[],
  audible: readonly Expectation[],
): Problem[] {
  const problems: Problem[] = [];
  if (airings.length !== audible.length) {
    problems.push({ code: 'airings', detail: `${airings.length} ≠ ${audible.length}` });
  }
  for (const [zone, sound] of sounds) {
    const quiet = sound.slice();
    for (const airing of airings) quiet.fill(0, airing.from, airing.to);
    if (!isDigitalSilence(quiet)) problems.push({ code: 'not-silent', detail: zone });
    const closings = witness.events.filter((event) => event.what === 'relay' && event.zone === zone && event.closed);
    const ordered = audible.filter((expected) => expected.zones.includes(zone)).length;
    if (closings.length > ordered) problems.push({ code: 'relay-moved', detail: zone });
  }
  return problems;
}

function firstSound(witness: Witness, expected: Expectation, airing: Airing): string | undefined {
  return witness.events.find(
    (event) => event.what === 'sound-started' && event.sample >= airing.from && expected.zones.includes(event.zone),
  )?.at;
}

function since(from: string, to: string | undefined): number | undefined {
  return to === undefined ? undefined : Date.parse(to) - Date.parse(from);
}
