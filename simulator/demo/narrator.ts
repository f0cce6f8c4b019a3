import { isLast } from '../../protocol/report.ts';
import type { TimelineEvent } from '../loudspeaker/timeline.ts';
import type { Row } from './judge.ts';
import type { Player, Stage } from './stage.ts';
import type { DemoWords } from './words.ts';

const LEDGER_EVERY_MS = 300;

/** Tells what happens, while it happens: at the loudspeakers, and in the centre's ledger. */
export interface Narrator {
  /** From now on this order is called by its kind. `message`: hash of a message that names no order. */
  introduce(kind: Row['kind'], id: string, message?: string): void;
  /** Tells what the ledger holds by now, and then nothing more. */
  finish(): Promise<void>;
}

export function startNarrator(stage: Stage, words: DemoWords, say: (line: string) => void): Narrator {
  const kinds = new Map<string, Row['kind']>();
  const told = new Map<string, number>();
  const silence = stage.players.map((player) => tellLoudspeaker(player, words, say));

  const tellLedger = async (): Promise<void> => {
    for (const { station, name } of stage.players) {
      for (const report of await stage.centre.reports(station)) {
        if (report.seq <= (told.get(station) ?? 0)) continue;
        const kind = kinds.get(report.order?.id ?? '') ?? kinds.get(report.message ?? '');
        if (kind === undefined) break;
        told.set(station, report.seq);
        if (isLast(report)) say(words.ledger(name, kind, report.outcome, report.refusal?.code));
      }
    }
  };

  let finished = false;
  const telling = (async () => {
    while (!finished) {
      // The story itself notices when the centre is gone, and says so better.
      await tellLedger().catch(() => {});
      await new Promise((resolve) => setTimeout(resolve, LEDGER_EVERY_MS));
    }
  })();

  return {
    introduce(kind, id, message) {
      kinds.set(id, kind);
      if (message !== undefined) kinds.set(message, kind);
    },
    async finish() {
      finished = true;
      await telling;
      await tellLedger().catch(() => {});
      for (const stop of silence) stop();
    },
  };
}

/** Relays and sounds of one station; what happens together is told in one line. */
function tellLoudspeaker({ name, virtual }: Player, words: DemoWords, say: (line: string) => void): () => void {
  let together: TimelineEvent[] = [];
  const tell = (): void => {
    const events = together;
    together = [];
    const zones = (what: TimelineEvent['what'], closed?: boolean): string[] =>
      events.flatMap((event) =>
        event.what === what && 'zone' in event && (event.what !== 'relay' || event.closed === closed)
          ? [event.zone]
          : [],
      );
    const [closed, opened] = [zones('relay', true), zones('relay', false)];
    const [started, ended] = [zones('sound-started'), zones('sound-ended')];
    if (ended.length > 0) say(words.soundEnded(name, ended));
    if (closed.length + opened.length > 0) say(words.relays(name, closed, opened));
    if (started.length > 0) say(words.soundStarted(name, started));
  };
  return virtual.loudspeaker.timeline.listen((event) => {
    if (together.length === 0) setImmediate(tell);
    together.push(event);
  });
}
