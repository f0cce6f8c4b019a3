import type { Memory, Records } from './memory.ts';
import { operationsOf } from './memory.ts';
import { isWritten } from './outbox.ts';
import { type ReportDraft, type Saying, sayable } from './sayable.ts';
import { type Operation, put } from './storage.ts';

/** What goes onto the journal together or not at all. */
export interface Entry extends Records {
  readonly reports?: readonly ReportDraft[];
  /**
   * It counts even while it cannot be written [P-95]: what concerns a warning, and what silences. A warning that does not
   * sound is worse than one that could sound twice.
   */
  readonly insist?: boolean;
}

/** An entry that waits to be decided, and who waits for it. */
export interface Commit {
  readonly decide: () => Entry | undefined;
  readonly resolve: (written: boolean) => void;
  readonly reject: (error: unknown) => void;
}

/** What was decided and is not written yet. */
export interface Decided {
  readonly done: (Commit & { readonly written: boolean })[];
  readonly operations: readonly Operation[];
  /** The last report's number. */
  readonly seq: number;
  takeBack(): void;
}

/** Fact: the journal's `unaskedFrom`, once reports were written that depend on it [P-71]. */
export const UNASKED = 'unasked';

/** What the next reports are numbered by. */
export interface Numbering {
  readonly epoch: string;
  readonly firstSeq: number;
  readonly lastSeq: number;
  readonly unaskedFrom: number;
  readonly asked: boolean;
}

/** The key of a waiting report. */
export const reportKey = (seq: number): string => `report/${String(seq).padStart(16, '0')}`;

/**
 * Decides one after the other and remembers; a commit that throws, or that `refuse` has an error for, is rejected.
 */
export function decide(
  commits: readonly Commit[],
  { memory, numbering, saying }: { readonly memory: Memory; readonly numbering: Numbering; readonly saying: Saying },
  refuse: (entry: Entry) => unknown = () => undefined,
): Decided {
  const { epoch, firstSeq, lastSeq, unaskedFrom, asked } = numbering;
  const done: Decided['done'] = [];
  const undo: (() => void)[] = [];
  const operations: Operation[] = [];
  let seq = lastSeq;
  for (const commit of commits) {
    try {
      const entry = commit.decide();
      const refusal = entry && refuse(entry);
      if (refusal !== undefined) throw refusal;
      const drafts = (entry?.reports ?? []).filter((draft) => isWritten(draft, seq + 1 - firstSeq));
      const reports = drafts.map((draft, at) => sayable(draft, { epoch, seq: seq + at + 1 }, saying));
      if (entry !== undefined) {
        operations.push(...reports.map((report) => put(reportKey(report.seq), report)), ...operationsOf(entry));
        undo.push(memory.remember(entry));
        seq += reports.length;
      }
      done.push({ ...commit, written: entry !== undefined });
    } catch (error) {
      commit.reject(error);
    }
  }
  if (seq !== lastSeq) {
    operations.push(put('fact/last-seq', String(seq)));
    if (!asked && !memory.facts.get(UNASKED)) {
      const facts = { [UNASKED]: String(unaskedFrom) };
      operations.push(...operationsOf({ facts }));
      undo.push(memory.remember({ facts }));
    }
  }
  return {
    ...{ done, operations, seq },
    takeBack: () => {
      for (const step of undo.reverse()) step();
    },
  };
}
