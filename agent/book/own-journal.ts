import { Journal, type JournalOptions } from './journal.ts';
import { UnreadableJournalError } from './storage.ts';

const FACT = 'owner';

/**
 * Opens the journal of this station, and notes in a new one whose it is. What another station has kept, or this one under
 * another centre, is no journal for it: its orders would sound and its reports go out under a wrong name. Throws
 * UnreadableJournalError then, and what `Journal.open` throws.
 */
export async function openOwnJournal(
  options: JournalOptions,
  { centre, station }: { readonly centre: string; readonly station: string },
): Promise<Journal> {
  const journal = await Journal.open(options);
  const own = `${centre}/${station}`;
  const owner = journal.facts.get(FACT);
  if (owner === own) return journal;
  if (owner !== undefined) {
    await journal.close();
    throw new UnreadableJournalError(`${options.directory} is the journal of ${owner}`);
  }
  // From before owners were noted, or new.
  await journal.commit(() => ({ insist: true, facts: { [FACT]: own } }));
  return journal;
}
