import { type Airing, type Attempt, mayComeAgain } from './airings.ts';
import { isForgotten } from './cards.ts';
import { passesThroughout, placeInAiring } from './coverage.ts';
import { excerpt } from './excerpt.ts';
import type { Hearing, History, StationHistory, Violation } from './history.ts';
import { inWords } from './outcomes.ts';

/** A sound shorter than this cannot be recognised for sure. */
const RECOGNISABLE_MS = 150;
/** How much of the beginning and of the end, and at every break, may be missing from what was heard in full. */
interface Tolerance {
  readonly edgeMs: number;
  readonly slackMs: number;
}
/** For `aired`: what was heard may not be recognised to the last moment. A resumed airing misses nothing [P-96]. */
const GENEROUS: Tolerance = { edgeMs: 120, slackMs: 60 };
/** For a second time: what was cut off a moment before its end may begin again. */
const EXACT: Tolerance = { edgeMs: 15, slackMs: 15 };
const FAR_MS = 60 * 60_000;
/** From `due` to sound on a busy machine. */
const LATENESS_MS = 3_000;

/** Holds what was heard against what was reported, station by station. */
export function checkSounds(history: History, airings: readonly Airing[]): Violation[] {
  return history.stations.flatMap((station) => {
    const own = airings.filter((airing) => airing.station === station);
    const heard = new Map<Airing, Hearing[]>(own.map((airing) => [airing, []]));
    const stray = station.hearings.flatMap((hearing) => {
      const airing = airingOfHearing(hearing, own, history.clockToleranceMs);
      if (airing !== undefined) heard.get(airing)?.push(hearing);
      if (airing !== undefined) return wrongZone(airing, hearing);
      return isForgotten(station, hearing.from) ? [] : unexplained(station, hearing, own);
    });
    const each = [...heard].flatMap(([airing, hearings]) => [
      ...(mayComeAgain(airing) ? [] : heardTwice(airing, hearings)),
      ...airedUnheard(airing, hearings),
      ...offTime(airing, hearings, history.clockToleranceMs),
    ]);
    return [...stray, ...each];
  });
}

/**
 * The airing to one of whose attempts it belongs. Two occurrences of a warning may both be on their way, taking turns:
 * of several attempts it is the one that it reaches least beyond, and with whose beginning or end it coincides best.
 */
function airingOfHearing(hearing: Hearing, own: readonly Airing[], toleranceMs: number): Airing | undefined {
  const candidates = own
    .filter(({ order }) => order.signature === hearing.signature)
    .flatMap((airing) => airing.attempts.map((attempt) => ({ airing, attempt })))
    .filter(({ attempt }) => hearing.from >= attempt.from - toleranceMs && hearing.from <= attempt.to + toleranceMs);
  // Of an attempt whose beginning and end nobody knows any distance is the same.
  const distance = ({ from, to }: Attempt): number =>
    Math.max(0, from - hearing.from) +
    Math.max(0, hearing.to - to) +
    Math.min(Math.abs(hearing.from - from), Math.abs(hearing.to - to), FAR_MS);
  return candidates.sort((a, b) => distance(a.attempt) - distance(b.attempt))[0]?.airing;
}

function unexplained(station: StationHistory, hearing: Hearing, own: readonly Airing[]): Violation[] {
  const told = { station: station.station, timeline: excerpt(station, hearing.from, hearing.to) };
  const where = `${Math.round(hearing.to - hearing.from)} ms in ${hearing.zone} at ${new Date(hearing.from).toISOString()}`;
  if (hearing.signature === undefined) {
    return hearing.audibleMs < RECOGNISABLE_MS ? [] : [{ rule: 'unknown-sound', ...told, what: where }];
  }
  const ordered = own.filter(({ order }) => order.signature === hearing.signature);
  const [first] = ordered;
  if (first === undefined) {
    return [
      { rule: 'heard-unreported', ...told, what: `${where}: recording ${hearing.signature} was not ordered here` },
    ];
  }
  const reports = ordered.flatMap((airing) => airing.reports.map(inWords));
  return [
    { rule: 'heard-unreported', ...told, airing: first.name, reports, what: `${where}: the ledger knows nothing` },
  ];
}

function wrongZone(airing: Airing, hearing: Hearing): Violation[] {
  if (zonesOf(airing).includes(hearing.zone)) return [];
  const { station } = airing;
  const timeline = excerpt(station, hearing.from, hearing.to);
  const what = `heard in ${hearing.zone}, ordered for ${zonesOf(airing).join(', ')}`;
  return [{ rule: 'wrong-zone', station: station.station, airing: airing.name, timeline, what }];
}

/** At most once: no occurrence, with all its repetitions, was heard from beginning to end more than once. */
function heardTwice(airing: Airing, hearings: readonly Hearing[]): Violation[] {
  return zonesOf(airing).flatMap((zone) => {
    const times = timesHeard(airing, hearings, zone, EXACT);
    if (times <= 1) return [];
    return [{ rule: 'heard-twice', ...evidence(airing, hearings), what: `${times} times in full in ${zone}` }];
  });
}

/** Nothing is reported `aired` that was not heard to the end in every selected zone. */
function airedUnheard(airing: Airing, hearings: readonly Hearing[]): Violation[] {
  if (airing.outcome?.outcome !== 'aired') return [];
  return zonesOf(airing).flatMap((zone) => {
    if (timesHeard(airing, hearings, zone, GENEROUS) > 0) return [];
    return [{ rule: 'aired-unheard', ...evidence(airing, hearings), what: `not heard in full in ${zone}` }];
  });
}

/**
 * Nothing begins before its instant, nothing for the first time after its grace, and nothing but a warning comes back after
 * it would have ended [P-130]: no backlog is played.
 */
function offTime(airing: Airing, hearings: readonly Hearing[], toleranceMs: number): Violation[] {
  const { order, occurrence, attempts } = airing;
  const due = occurrence === 'now' ? order.issuedAt : Date.parse(occurrence);
  const first = Math.min(...hearings.map(({ from }) => from));
  if (!Number.isFinite(first)) return [];
  const told = evidence(airing, hearings);
  const begun = Math.min(first, ...attempts.map(({ from }) => from));
  const inTime = Math.max(Math.min(due + order.lateByMs, order.expiresAt), latestUntrusted(airing, begun));
  const latest = inTime + LATENESS_MS + toleranceMs;
  if (first < due - toleranceMs) return [{ rule: 'too-early', ...told, what: `${due - first} ms before its instant` }];
  if (begun > latest) return [{ rule: 'too-late', ...told, what: `${begun - due} ms after its instant` }];
  const last = Math.max(...hearings.map(({ from }) => from));
  const comesBack = order.priority === 'emergency' || last <= latest + order.times * order.durationMs;
  return comesBack ? [] : [{ rule: 'too-late', ...told, what: `came back ${last - due} ms after its instant` }];
}

/** A warning does not wait for the time to be known: it counts its grace from the start of the agent. */
function latestUntrusted({ order, occurrence, attempts, station }: Airing, begun: number): number {
  const urgent = order.priority === 'emergency' && occurrence === 'now' && attempts[0]?.trusted === false;
  const started = station.lives.findLast(({ from }) => from <= begun)?.from;
  return urgent && started !== undefined ? started + order.lateByMs : 0;
}

function timesHeard({ order }: Airing, hearings: readonly Hearing[], zone: string, tolerance: Tolerance): number {
  const sounds = hearings.filter((hearing) => hearing.zone === zone).map(({ passes }) => passes);
  const { edgeMs, slackMs } = tolerance;
  const whole = { from: edgeMs, to: order.times * order.durationMs - edgeMs };
  return passesThroughout(placeInAiring(sounds, order), whole, slackMs);
}

const zonesOf = ({ order, station }: Airing): readonly string[] => order.zones ?? station.zones;

function evidence(airing: Airing, hearings: readonly Hearing[]) {
  const { station, reports, name } = airing;
  const from = Math.min(...hearings.map((hearing) => hearing.from), ...airing.attempts.map((attempt) => attempt.from));
  const to = Math.max(...hearings.map((hearing) => hearing.to), from);
  return {
    station: station.station,
    airing: name,
    reports: reports.map(inWords),
    timeline: [
      ...excerpt(station, from, to),
      ...hearings.map(
        ({ zone, from: at, passes }) =>
          `heard in ${zone} at ${new Date(at).toISOString()}: ${passes.map((pass) => `${Math.round(pass.from)}–${Math.round(pass.to)} ms`).join(', ')}`,
      ),
    ],
  };
}
