import { Journal } from '../../agent/book/journal.ts';
import { silentLog } from '../../agent/log.ts';

/** When a test's journal writes its reports, unless it says otherwise. */
const REPORTED_AT = '2026-11-20T08:00:00.000Z';

/** The journal of the station `dai-dong` in a folder of the test's own, whose reports are stamped at the instant `at`. */
export const openJournal = (directory: string, at = () => REPORTED_AT): Promise<Journal> =>
  Journal.open({
    directory,
    log: silentLog,
    stamp: (draft, number) => ({
      ...draft,
      ...number,
      station: 'dai-dong',
      at: at(),
      clock: 'trusted',
      software: 'test',
    }),
  });
