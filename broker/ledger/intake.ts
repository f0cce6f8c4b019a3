import type { CryptoKey } from 'jose';
import { accepted, type RefusalCode } from '../../protocol/refusal.ts';
import { decodeReport, decodeReportNumber } from '../../protocol/report.ts';
import type { Log } from '../log.ts';
import type { Roster } from '../roster/roster.ts';
import type { Ledger } from './ledger.ts';

interface IntakeOptions {
  readonly roster: Roster;
  readonly ledger: Ledger;
  readonly log: Log;
}

/** What can be wrong with a message only after its signature was found right. */
const AFTER_THE_SIGNATURE: readonly RefusalCode[] = [
  'not-json',
  'too-deep',
  'forbidden-key',
  'duplicate-key',
  'invalid-fields',
];

/**
 * Takes one report off the wire. It is stored only when it verifies with the key pinned for the station whose topic it
 * came on; any other is logged and alarmed, and never acknowledged.
 */
export async function takeReport(options: IntakeOptions, station: string, payload: Uint8Array): Promise<void> {
  const { roster, ledger, log } = options;
  const key = await roster.reportKey(station);
  if (key === undefined) return log('warn', 'report-before-birth', { station });
  const opened = await decodeReport(payload, () => accepted(key));
  if (!opened.ok && AFTER_THE_SIGNATURE.includes(opened.refusal.code)) {
    return takeUnreadable(options, station, payload, key, opened.refusal.message);
  }
  if (!opened.ok) return roster.suspect(station, 'forged-report', opened.refusal.message);
  const report = opened.value.value;
  if (report.station !== station) return speaksForAnother(roster, station, report.station);
  const { epoch, seq } = report;
  return ledger.add({ number: { station, epoch, seq }, report, signed: textOf(payload), receivedAt: now() });
}

/**
 * The station's own, but nothing that this centre understands: the station is newer, or broken. It is kept as it came
 * and acknowledged by its number, or it would hold back every later report of that station for ever [P-41].
 */
async function takeUnreadable(
  { roster, ledger }: IntakeOptions,
  station: string,
  payload: Uint8Array,
  key: CryptoKey,
  problem: string,
): Promise<void> {
  const opened = await decodeReportNumber(payload, () => accepted(key));
  if (opened.ok && opened.value.value.station !== station) {
    return speaksForAnother(roster, station, opened.value.value.station);
  }
  roster.suspect(station, 'unreadable-report', problem);
  if (opened.ok) await ledger.add({ number: opened.value.value, signed: textOf(payload), receivedAt: now() });
}

function speaksForAnother(roster: Roster, station: string, other: string): void {
  roster.suspect(station, 'forged-report', `it speaks for ${other}`);
}

const textOf = (payload: Uint8Array): string => new TextDecoder().decode(payload);
const now = (): string => new Date().toISOString();
