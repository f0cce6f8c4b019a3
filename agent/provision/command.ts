import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '../clock/clock.ts';
import { systemSynchronisation } from '../clock/synchronisation.ts';
import { type Log, silentLog, streamLog } from '../log.ts';
import { ServiceError } from '../service/service-error.ts';
import { software } from '../software.ts';
import { languageOf } from '../words.ts';
import { FlagError, type Flags, readFlags } from './flags.ts';
import { AgentRunsError } from './make-way.ts';
import { Interrupted, type Person, type Screen, UnansweredError } from './person.ts';
import { plainScreen } from './plain-screen.ts';
import { type ProvisionOptions, provision } from './provision.ts';
import type { AcceptanceRecord } from './record.ts';
import { recordPage } from './record-page.ts';
import { recordText } from './record-text.ts';
import { runAgentHere } from './running-agent.ts';
import { serialPorts } from './serial-ports.ts';
import { explainService, systemService } from './system-service.ts';
import type { ProvisionWords } from './words.ts';
import { english } from './words-en.ts';
import { vietnamese } from './words-vi.ts';

const TIME_ZONE = 'Asia/Ho_Chi_Minh';

/** `loa-agent provision`. Exit codes: 0 accepted, 1 not accepted, 2 usage, 130 interrupted. */
export async function provisionCommand(args: readonly string[], environment: NodeJS.ProcessEnv): Promise<number> {
  const lang = args.includes('--lang') ? args[args.indexOf('--lang') + 1] : undefined;
  const language = languageOf(lang, environment);
  const words = language === 'en' ? english : vietnamese;
  let flags: Flags;
  try {
    flags = readFlags(args, words);
  } catch (error) {
    if (!(error instanceof FlagError)) throw error;
    return complain(words.badUsage(error.message), 2);
  }
  if (flags.help) return print(words.help);

  const ending = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => ending.abort());
  const log: Log = flags.verbose ? streamLog(process.stderr, 'debug') : silentLog;
  const { person, screen } = await faceOf(flags, words);
  try {
    const record = await provision({
      ...{ flags, person, screen, words, log },
      service: systemService(),
      explainService: explainService(language),
      runAgent: (config) => runAgentHere(config, log),
      listPorts: serialPorts,
      synchronisation: systemSynchronisation,
      software: software(),
      clock: systemClock,
      signal: ending.signal,
    } satisfies ProvisionOptions);
    await hand(record, flags, screen, words);
    if (flags.json) print(JSON.stringify(record, undefined, 2));
    return record.accepted ? 0 : 1;
  } catch (error) {
    if (error instanceof Interrupted) return complain(words.interrupted, 130);
    if (error instanceof UnansweredError) return complain(words.unanswered(error.flag), 2);
    if (error instanceof AgentRunsError) return complain(words.agentRuns(error.message), 1);
    if (error instanceof ServiceError) return complain(explainService(language)(error), 1);
    log('error', 'provision-broke', { error });
    return complain(words.broke(error instanceof Error ? error.message : String(error)), 1);
  }
}

/** Asks only where a person sits at both ends; the prompts are loaded only then. */
async function faceOf(
  flags: Flags,
  words: ProvisionWords,
): Promise<{ readonly person: Person | undefined; readonly screen: Screen }> {
  if (flags.unattended || !process.stdin.isTTY || !process.stdout.isTTY) {
    const stream = flags.json ? process.stderr : process.stdout;
    return { person: undefined, screen: plainScreen((line) => stream.write(`${line}\n`)) };
  }
  const { terminalPerson, terminalScreen } = await import('./guided.ts');
  return { person: terminalPerson(words), screen: terminalScreen(words.keys) };
}

/** Writes the record as text and as a page, and says how it came out. */
async function hand(record: AcceptanceRecord, flags: Flags, screen: Screen, words: ProvisionWords): Promise<void> {
  const day = record.endedAt.slice(0, 19).replaceAll(/[:T]/g, '-');
  const name = join(flags.record, `loa-${record.station?.id ?? 'board'}-${day}`);
  try {
    await mkdir(flags.record, { recursive: true });
    await writeFile(`${name}.txt`, recordText(record, words, TIME_ZONE));
    await writeFile(`${name}.html`, recordPage(record, words, TIME_ZONE));
    screen.step(words.recordIn([`${name}.html`, `${name}.txt`]));
  } catch (error) {
    screen.failed(words.notWritten((error as Error).message), undefined);
  }
  const serviceRuns = record.points.some(({ finding }) => finding.code === 'service-ok');
  if (record.accepted && !serviceRuns) screen.step(words.startByHand(flags.config));
  screen.end(words.end(record));
}

function print(text: string): number {
  process.stdout.write(`${text}\n`);
  return 0;
}

function complain(text: string, code: number): number {
  process.stderr.write(`${text}\n`);
  return code;
}
