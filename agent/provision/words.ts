import type { AcceptanceRecord, Finding, PointName, ZoneResult } from './record.ts';

export interface Told {
  readonly text: string;
  /** What to do about it, where something is to be done. */
  readonly remedy?: string | undefined;
}

/** Everything that a technician reads of a set-up. */
export interface ProvisionWords {
  readonly help: string;
  badUsage(problem: string): string;
  unanswered(flag: string): string;
  badZone(text: string): string;
  badNumber(flag: string): string;
  readonly yes: string;
  readonly no: string;
  readonly empty: string;
  readonly title: string;
  readonly keys: string;
  readonly interrupted: string;
  broke(reason: string): string;

  readonly askBy: string;
  readonly askStop: string;
  readonly stopped: string;
  agentRuns(why: string): string;
  readonly searching: string;
  readonly askWhichController: string;
  controllerAt(line: string, serial: string, relays: number): string;
  readonly askCentre: string;
  readonly badCentre: string;
  readonly askCode: string;
  readonly askNewCode: string;
  readonly badCode: string;
  readonly askDevice: string;
  readonly defaultDevice: string;
  zonesAhead(count: number): string;
  askZoneName(id: string): string;
  askRelay(name: string): string;
  badRelay(most: number): string;
  relayTaken(name: string): string;
  playing(name: string, relay: number): string;
  /** What was measured; undefined where nothing was. */
  sensed(result: ZoneResult): string | undefined;
  askHeard(name: string, relay: number): string;
  readonly heard: string;
  readonly again: string;
  readonly elsewhere: string;
  readonly unheard: string;
  readonly askMoreZones: string;
  readonly askNewZoneName: string;
  readonly badZoneName: string;
  readonly askWhatNow: string;
  readonly tryAgain: string;
  readonly otherRelay: string;
  readonly goOn: string;
  readonly stopHere: string;
  readonly connecting: string;
  readonly installing: string;
  askAiring(station: string): string;
  readonly waitForAiring: string;
  readonly skipAiring: string;
  awaiting(station: string, seconds: number): string;
  readonly online: string;

  readonly points: Readonly<Record<PointName, string>>;
  finding(finding: Finding): Told;
  zone(result: ZoneResult): Told;
  end(record: AcceptanceRecord): string;
  recordIn(files: readonly string[]): string;
  notWritten(reason: string): string;
  readonly startByHand: (config: string) => string;
  readonly page: PageWords;
}

/** Of the record that is printed and signed. */
export interface PageWords {
  readonly title: string;
  readonly accepted: string;
  readonly notAccepted: string;
  readonly station: string;
  readonly centre: string;
  readonly by: string;
  readonly began: string;
  readonly ended: string;
  readonly software: string;
  readonly point: string;
  readonly result: string;
  readonly results: Readonly<Record<'passed' | 'failed' | 'skipped', string>>;
  readonly zones: string;
  readonly zone: string;
  readonly relay: string;
  readonly level: string;
  readonly current: string;
  readonly at: string;
  readonly notMeasured: string;
  readonly toDo: string;
  readonly signatures: readonly string[];
  readonly signHere: string;
  readonly locale: string;
}
