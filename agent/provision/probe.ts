import type { Refusal } from '../../protocol/refusal.ts';
import { Conversation } from '../hardware/conversation.ts';
import { transportFor } from '../hardware/line-address.ts';
import { type Hello, readHello } from '../hardware/sc1/answers.ts';
import { Commands, dataOf } from '../hardware/sc1/commands.ts';
import type { Transport } from '../hardware/transport.ts';
import type { PortFinding } from './record.ts';

const OPEN_MS = 3_000;
const ANSWER_MS = 500;
const ATTEMPTS = 2;

export type Probed =
  | { readonly found: true; readonly line: string; readonly hello: Hello }
  | { readonly found: false; readonly port: PortFinding };

/** Asks who is at a line. HELLO is all that is said: it switches nothing, whatever hangs there [P-113]. Never rejects. */
export async function probe(line: string, baud: number, signal: AbortSignal): Promise<Probed> {
  let transport: Transport | undefined;
  const conversation = new Conversation({
    write: (text) => transport?.write(text),
    unclaimed: () => {},
    answered: () => {},
    timedOut: () => {},
    answerMs: ANSWER_MS,
    attempts: ATTEMPTS,
  });
  const listener = { line: (text: string) => conversation.hear(text), closed: () => {} };
  try {
    transport = await transportFor(line, baud)(listener, { deadlineMs: OPEN_MS, signal });
  } catch (error) {
    return { found: false, port: { line, ...unopened(error) } };
  }
  try {
    const reply = await conversation.exchange(new Commands().next('HELLO'));
    return { found: true, line, hello: readHello(dataOf('HELLO', reply)) };
  } catch (error) {
    return { found: false, port: { line, state: 'silent', detail: (error as Refusal).detail } };
  } finally {
    await transport.close();
  }
}

/** serialport tells it in words alone; the words are the system's. */
function unopened(error: unknown): Pick<PortFinding, 'state' | 'detail'> {
  const detail = error instanceof Error ? error.message : String(error);
  if (/permission denied|EACCES/i.test(detail)) return { state: 'denied', detail };
  if (/lock|temporarily unavailable|busy|EBUSY|EAGAIN/i.test(detail)) return { state: 'busy', detail };
  if (/no such (file|device)|ENOENT|ENODEV|ENXIO/i.test(detail)) return { state: 'missing', detail };
  return { state: 'unusable', detail };
}
