import { Refusal, type RefusalCode } from '../../../protocol/refusal.ts';
import type { Command } from '../conversation.ts';
import { encodeFrame, MAX_SEQUENCE, parseFrame, type Sc1Reply } from './frame.ts';

/**
 * Numbers the commands. The count goes on when the line is reopened, so that an answer left over from the
 * connection before cannot pass for an answer to this one.
 */
export class Commands {
  #sequence = 0;

  next(verb: string, ...args: readonly (string | number)[]): Command<Sc1Reply> {
    this.#sequence = (this.#sequence % MAX_SEQUENCE) + 1;
    const sequence = this.#sequence;
    return {
      text: encodeFrame({ kind: 'command', sequence, verb, args: args.map(String) }),
      read: (line) => {
        const parsed = parseFrame(line);
        if (!parsed.ok || parsed.frame.kind !== 'reply' || parsed.frame.sequence !== sequence) return undefined;
        return parsed.frame;
      },
    };
  }
}

const codes: ReadonlyMap<string, RefusalCode> = new Map([
  ['NO_LEASE', 'lease-lost'],
  ['AMP_FAULT', 'amplifier-fault'],
]);

/** The data of an OK; an ERR becomes a Refusal. */
export function dataOf(verb: string, reply: Sc1Reply): readonly string[] {
  if (reply.ok) return reply.data;
  throw new Refusal(codes.get(reply.code) ?? 'controller-refused', `${verb} was answered ${reply.code}`);
}
