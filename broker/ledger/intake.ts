import { accepted } from '../../protocol/refusal.ts';
import { decodeReport } from '../../protocol/report.ts';
import type { Log } from '../log.ts';
import type { Roster } from '../roster/roster.ts';
import type { Ledger } from './ledger.ts';

/**
 * Takes one report off the wire. It is stored only when it verifies with the key pinned for the station whose topic it
 * came on; any other is logged and alarmed, and never acknowledged.
 */
export async function takeReport(
  { roster, ledger, log }: { roster: Roster; ledger: Ledger; log: Log },
  station: string,
  payload: Uint8Array,
): Promise<void> {
  const key = await roster.reportKey(station);
  if (key === undefined) return log('warn', 'report-before-birth', { station });
  const opened = await decodeReport(payload, () => accepted(key));
  if (!opened.ok) return roster.suspect(station, 'forged-report', opened.refusal.message);
  const report = opened.value.value;
  if (report.station !== station) {
    return roster.suspect(station, 'forged-report', `it speaks for ${report.station}`);
  }
  await ledger.add({
    report,
    signed: new TextDecoder().decode(payload),
    receivedAt: new Date().toISOString(),
  });
}
