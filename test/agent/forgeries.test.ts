import { test } from 'tap';
import { silentLog } from '../../agent/log.ts';
import { Forgeries } from '../../agent/receive/forgeries.ts';
import { Refusal } from '../../protocol/refusal.ts';
import { openJournal } from '../support/journal.ts';
import { ManualClock } from '../support/manual-clock.ts';

const HOUR_MS = 60 * 60_000;

test('[P-98] the alarm about forged messages ends when a day has passed without one', async (t) => {
  const journal = await openJournal(t.testdir());
  t.teardown(() => journal.close());
  const clock = new ManualClock();
  const said: string[] = [];
  const forgeries = new Forgeries({
    ...{ journal, clock, log: silentLog },
    onForgery: (code) => said.push(code),
    onQuiet: () => said.push('quiet'),
  });
  const refuse = (message: string) => forgeries.refuse(message.repeat(64), new Refusal('bad-signature'));
  const later = async (hours: number) => {
    await clock.advance(hours * HOUR_MS);
    said.length = 0;
    forgeries.look();
    return [...said];
  };

  await refuse('a');
  t.same(said, ['bad-signature']);
  t.same(await later(23), [], 'it stands');
  await refuse('a');
  t.same(await later(23), [], 'the same again is another one');
  t.same(await later(1), ['quiet']);
  await refuse('b');
  t.same(said.at(-1), 'bad-signature', 'and is raised again');
  t.equal(journal.backlog, 3, 'each was reported');
});
