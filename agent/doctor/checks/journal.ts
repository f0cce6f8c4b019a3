import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { journalsSetAside } from '../../book/set-aside.ts';
import { JournalInUseError, Storage, UnreadableJournalError } from '../../book/storage.ts';
import { silentLog } from '../../log.ts';
import { asOwner } from '../../service/as-owner.ts';
import { Trust } from '../../verify/trust.ts';
import type { Finding } from '../finding.ts';
import type { Patient } from '../patient.ts';

/** Whether the journal opens, and what it knows of the centre's keys; the running agent is asked instead. */
export async function journal({ configuration, running }: Patient): Promise<readonly Finding[]> {
  const directory = join(configuration.state, 'journal');
  if (running !== undefined) {
    const { setAside, waitingReports, keys } = running;
    if (setAside !== undefined) return [{ code: 'journal/set-aside', detail: setAside }, keysFound(keys)];
    return [{ code: 'journal/good', detail: String(waitingReports) }, keysFound(keys)];
  }
  const isThere = await stat(directory).catch(() => undefined);
  if (isThere === undefined) return [{ code: 'journal/new', detail: directory }, keysFound(undefined)];
  const [setAside] = (await journalsSetAside(directory)).slice(-1);
  // LevelDB makes new files when it is opened: root's would be closed to the service, and may go wherever a link leads.
  const opened = await asOwner(await stat(configuration.state), () => read(directory, configuration));
  return [...opened, ...(setAside === undefined ? [] : [{ code: 'journal/set-aside' as const, detail: setAside }])];
}

const keysFound = (version: number | undefined): Finding =>
  version === undefined ? { code: 'keys/none', detail: '' } : { code: 'keys/good', detail: String(version) };

async function read(directory: string, { centre, trust }: Patient['configuration']): Promise<readonly Finding[]> {
  let storage: Storage;
  try {
    storage = await Storage.open({ directory, log: silentLog });
  } catch (error) {
    if (error instanceof UnreadableJournalError) return [{ code: 'journal/damaged', detail: error.message }];
    const { message, cause } = error as Error;
    const detail = error instanceof JournalInUseError ? directory : cause instanceof Error ? cause.message : message;
    return [{ code: 'journal/failed', detail }];
  }
  try {
    let reports = 0;
    let keys: unknown;
    for await (const [key, value] of storage.iterate()) {
      if (key.startsWith('report/')) reports += 1;
      if (key === 'fact/keys') keys = value;
    }
    const good: Finding = { code: 'journal/good', detail: String(reports) };
    if (typeof keys !== 'string') return [good, keysFound(undefined)];
    const stationClock = { trusted: false, now: () => Date.now() };
    const accepted = await (await Trust.pin({ centre, root: trust.root, stationClock })).accept(
      Buffer.from(keys, 'latin1'),
    );
    return [
      good,
      accepted.ok ? keysFound(accepted.value.version) : { code: 'keys/bad', detail: accepted.refusal.code },
    ];
  } catch (error) {
    return [{ code: 'journal/damaged', detail: (error as Error).message }];
  } finally {
    await storage.close();
  }
}
