import { type EnrolmentAnswer, parseCode } from '../../protocol/enrolment.ts';
import { EnrolmentError } from '../enrol/enrolment-error.ts';
import { knownIdentity, obtainIdentity } from '../enrol/identity.ts';
import type { Flags } from './flags.ts';
import { CannotGoOn, type Judge } from './judge.ts';
import { type Person, UnansweredError } from './person.ts';
import type { Finding } from './record.ts';
import type { ProvisionWords } from './words.ts';

export interface EnrolmentStepOptions {
  readonly flags: Pick<Flags, 'state' | 'centre' | 'code' | 'again'>;
  readonly judge: Judge;
  readonly person: Person | undefined;
  readonly words: ProvisionWords;
}

/**
 * Makes the board the centre's station, once: a board that is one already asks for no code [P-112]. Throws CannotGoOn, or
 * UnansweredError.
 */
export async function enrolmentStep({ flags, judge, person, words }: EnrolmentStepOptions): Promise<EnrolmentAnswer> {
  let answer: EnrolmentAnswer | undefined;
  let typed: { readonly centre?: string | undefined; readonly code?: string | undefined } = {};
  let asked = false;
  await judge.take('enrolment', true, async (): Promise<Finding> => {
    try {
      answer = await knownIdentity(flags.state);
      if (answer !== undefined) {
        return { code: 'enrolled-before', station: answer.plan.station, centre: answer.centre };
      }
      const flag = asked ? undefined : flags;
      const before = asked ? typed : flags;
      asked = true;
      const centre = flag?.centre ?? (await askCentre(person, before.centre, words));
      const typedCode = flag?.code ?? (await askCode(person, before.code, words));
      typed = { centre, code: typedCode };
      const code = parseCode(typedCode);
      if (code === undefined) throw new EnrolmentError('code-unreadable', typedCode);
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
