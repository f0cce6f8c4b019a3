import { type EnrolmentAnswer, parseCode } from '../../protocol/enrolment.ts';
import { EnrolmentError } from '../enrol/enrolment-error.ts';
import { isFrom, type KnownIdentity, knownIdentity, obtainIdentity } from '../enrol/identity.ts';
import type { Flags } from './flags.ts';
import { CannotGoOn, type Judge } from './judge.ts';
import { type Person, type Screen, UnansweredError } from './person.ts';
import type { Finding } from './record.ts';
import type { ProvisionWords } from './words.ts';

export interface EnrolmentStepOptions {
  readonly flags: Pick<Flags, 'state' | 'centre' | 'code'>;
  readonly judge: Judge;
  readonly person: Person | undefined;
  readonly screen: Screen;
  readonly words: ProvisionWords;
  /** Whether the centre's broker turns away who comes with this identity. */
  readonly isRefused: (known: EnrolmentAnswer) => Promise<boolean>;
}

/**
 * Makes the board the centre's station, once: a board that is one already asks for no code, and one that is given the code
 * that it was enrolled with needs it no more [P-112]. A new code enrols it anew. Throws CannotGoOn, or UnansweredError.
 */
export async function enrolmentStep(options: EnrolmentStepOptions): Promise<EnrolmentAnswer> {
  const { flags, judge, person, words } = options;
  let answer: EnrolmentAnswer | undefined;
  let tried: { readonly centre: string; readonly code: string } | undefined;
  await judge.take('enrolment', true, async (): Promise<Finding> => {
    try {
      const known = await knownIdentity(flags.state);
      const given = known !== undefined && isUsed(flags.code, known) ? undefined : flags.code;
      const isAnew = tried !== undefined || given !== undefined;
      if (known !== undefined && !isAnew && !(await isNewCodeAtHand(known, options))) {
        answer = known;
        return { code: 'enrolled-before', station: answer.plan.station, centre: answer.centre };
      }
      const flag = tried === undefined ? { centre: flags.centre, code: given } : undefined;
      const centre = flag?.centre ?? (await askCentre(person, tried?.centre, words));
      const typed = flag?.code ?? (await askCode(person, tried?.code, words));
      tried = { centre, code: typed };
      const code = parseCode(typed);
      if (code === undefined) throw new EnrolmentError('code-unreadable', typed);
      answer = await obtainIdentity(centre, code, flags.state);
      return { code: 'enrolled', station: answer.plan.station, centre: answer.centre };
    } catch (error) {
      if (!(error instanceof EnrolmentError)) throw error;
      return { code: 'enrolment-failed', fault: error.code, detail: error.message };
    }
  });
  if (answer === undefined) throw new CannotGoOn();
  return answer;
}

function isUsed(typed: string | undefined, known: KnownIdentity): boolean {
  const code = typed === undefined ? undefined : parseCode(typed);
  return code !== undefined && isFrom(known, code);
}

/** A board that its broker turns away, because it was revoked or its certificate has ended, needs another enrolment. */
async function isNewCodeAtHand(known: KnownIdentity, options: EnrolmentStepOptions): Promise<boolean> {
  const { person, screen, words, isRefused } = options;
  if (person === undefined) return false;
  screen.step(words.connecting);
  return (await isRefused(known)) && person.confirm(words.askNewCode, true);
}

async function askCentre(person: Person | undefined, before: string | undefined, words: ProvisionWords) {
  if (person === undefined) throw new UnansweredError('--centre');
  const check = (typed: string) => (URL.canParse(addressOf(typed)) ? undefined : words.badCentre);
  return addressOf(await person.text({ message: words.askCentre, initial: before, check }));
}

/** As people say it: without https:// and without the port. */
function addressOf(typed: string): string {
  const url = /^https?:\/\//.test(typed) ? typed : `https://${typed}`;
  return /:\d+\/?$/.test(url) ? url : `${url.replace(/\/$/, '')}:8443`;
}

async function askCode(person: Person | undefined, before: string | undefined, words: ProvisionWords): Promise<string> {
  if (person === undefined) throw new UnansweredError('--code');
  const check = (typed: string) => (parseCode(typed) === undefined ? words.badCode : undefined);
  return person.text({ message: words.askCode, initial: before, check });
}
