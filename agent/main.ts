#!/usr/bin/env -S node --max-semi-space-size=1
// A small young generation: about 10 MB less on a board, and no slower.
import { parseArgs } from 'node:util';
import { Refusal } from '../protocol/refusal.ts';
import { type Agent, startAgent } from './agent.ts';
import { JournalInUseError } from './book/storage.ts';
import { ConfigurationError, loadConfiguration } from './configuration/load.ts';
import { NotRunningError } from './control/client.ts';
import { type ControlCommand, control, controlCommands } from './control/commands.ts';
import { historyText, statusText } from './control/status-words.ts';
import { EnrolmentError } from './enrol/enrolment-error.ts';
import { isJournald, streamLog } from './log.ts';
import { NoDecoderError } from './open-state.ts';
import { software } from './software.ts';
import { type Language, languageOf, words } from './words.ts';

/** The `loa-agent` program: reads its arguments, runs the agent until it is told to end. Exit codes: 0, 1, 2 usage. */
async function main(): Promise<number> {
  // Has flags of its own, and prompts that nothing else needs.
  if (process.argv[2] === 'provision') {
    return (await import('./provision/command.ts')).provisionCommand(process.argv.slice(3), process.env);
  }
  const usage = { ...options(), allowPositionals: true, strict: true } as const;
  let parsed: ReturnType<typeof parseArgs<typeof usage>>;
  try {
    parsed = parseArgs(usage);
  } catch (error) {
    // What cannot be parsed may still say in which language to complain.
    const flag = process.argv[process.argv.indexOf('--lang') + 1];
    const say = words(languageOf(process.argv.includes('--lang') ? flag : undefined, process.env));
    process.stderr.write(`${say.badUsage((error as Error).message)}\n\n${say.help}\n`);
    return 2;
  }
  const { values, positionals } = parsed;
  const say = words(languageOf(values.lang, process.env));
  if (values.help) return print(say.help);
  if (values.version) return print(software());
  const [command, ...more] = positionals;
  const asked = controlCommands.find((name) => name === command);
  if (command === 'enrol' && more.length === 0) return enrolBoard(values, languageOf(values.lang, process.env));
  if (command === 'service' && more.length === 1) {
    return serve(more[0], values, languageOf(values.lang, process.env));
  }
  if (command === 'doctor' && more.length === 0) return examine(values, languageOf(values.lang, process.env));
  const needed = whatIsNeeded(asked ?? command, more, values, say);
  if (needed !== undefined || values.config === undefined) {
    process.stderr.write(`${say.badUsage(needed ?? say.runNeedsConfig)}\n\n${say.help}\n`);
    return 2;
  }
  if (asked === undefined) return run(values.config, values.verbose === true, say);
  return ask(asked, more, values.config, values.json === true, languageOf(values.lang, process.env));
}

/** What of the command line is not as it must be, in words. */
function whatIsNeeded(
  command: string | undefined,
  more: readonly string[],
  { none, config }: { readonly none?: boolean | undefined; readonly config?: string | undefined },
  say: ReturnType<typeof words>,
): string | undefined {
  if ((command !== 'run' && !(controlCommands as readonly unknown[]).includes(command)) || config === undefined) {
    return say.runNeedsConfig;
  }
  if (command === 'prefer') return more.length > 0 === (none === true) ? say.preferNeedsOrders : undefined;
  return more.length > 0 || none === true ? say.runNeedsConfig : undefined;
}

const options = () =>
  ({
    options: {
      config: { type: 'string', short: 'c' },
      centre: { type: 'string' },
      code: { type: 'string' },
      line: { type: 'string' },
      state: { type: 'string' },
      lang: { type: 'string' },
      json: { type: 'boolean' },
      bundle: { type: 'string' },
      none: { type: 'boolean' },
      verbose: { type: 'boolean', short: 'v' },
      help: { type: 'boolean', short: 'h' },
      version: { type: 'boolean' },
    },
  }) as const;

async function run(file: string, verbose: boolean, say: ReturnType<typeof words>): Promise<number> {
  const log = streamLog(process.stderr, verbose ? 'debug' : 'info', { journald: isJournald(process.env) });
  // Loaded only where systemd has started us.
  const service =
    process.env.NOTIFY_SOCKET === undefined
      ? undefined
      : (await import('./service/as-service.ts')).asService(process.env, log);
  let agent: Agent;
  try {
    const configuration = await loadConfiguration(file);
    agent = await startAgent({ configuration, log });
  } catch (error) {
    process.stderr.write(`${explain(error, say)}\n`);
    return 1;
  }
  const told = new Promise<void>((resolve) => {
    process.once('SIGTERM', resolve);
    process.once('SIGINT', resolve);
  });
  await service?.begun(() => agent.standstill());
  await told;
  await service?.ending();
  await agent.close();
  return 0;
}

/** Exit codes: 0, 1 refused or not possible, 2 usage. */
async function enrolBoard(
  { centre, code, config, state, line, json }: ReturnType<typeof parseArgs<ReturnType<typeof options>>>['values'],
  language: Language,
): Promise<number> {
  const say = words(language);
  if (centre === undefined || code === undefined || config === undefined) {
    process.stderr.write(`${say.badUsage(say.enrolNeeds)}\n\n${say.help}\n`);
    return 2;
  }
  const { enrol } = await import('./enrol/enrol.ts');
  const { enrolmentWords } = await import('./enrol/words.ts');
  try {
    const enrolled = await enrol({ centre, code, config, state, line });
    const { handOverAgain } = await import('./service/hand-over.ts');
    await handOverAgain({ configuration: await loadConfiguration(config), config });
    return print(json ? JSON.stringify(enrolled) : enrolmentWords(language).done(enrolled));
  } catch (error) {
    const failed = error instanceof EnrolmentError ? enrolmentWords(language).failed(error) : explain(error, say);
    process.stderr.write(`${failed}\n`);
    return 1;
  }
}

/** Exit codes: 0, 1 not possible, 2 usage. */
async function serve(
  action: string | undefined,
  { config, json }: { readonly config?: string | undefined; readonly json?: boolean | undefined },
  language: Language,
): Promise<number> {
  const { serviceCommand } = await import('./service/command.ts');
  try {
    const { code, text } = await serviceCommand({ action, config, json: json === true, language });
    (code === 0 ? process.stdout : process.stderr).write(`${text}\n`);
    return code;
  } catch (error) {
    process.stderr.write(`${explain(error, words(language))}\n`);
    return 1;
  }
}

/** Exit codes: 0, 1 a warning, 2 something is broken, 64 usage. */
async function examine(
  {
    config,
    json,
    bundle,
  }: {
    readonly config?: string | undefined;
    readonly json?: boolean | undefined;
    readonly bundle?: string | undefined;
  },
  language: Language,
): Promise<number> {
  const { doctorCommand } = await import('./doctor/command.ts');
  const { code, text } = await doctorCommand({ config, json: json === true, bundle, language });
  (code === 64 ? process.stderr : process.stdout).write(`${text}\n`);
  return code;
}

/** Asks the agent that runs with this configuration. */
async function ask(
  command: ControlCommand,
  orders: readonly string[],
  file: string,
  json: boolean,
  language: Language,
): Promise<number> {
  try {
    const { state } = await loadConfiguration(file);
    const answer = await control(state, command, orders);
    if (json) return print(JSON.stringify(answer.kind === 'status' ? answer.status : answer.history, undefined, 2));
    return print(
      answer.kind === 'status' ? statusText(answer.status, language) : historyText(answer.history, language),
    );
  } catch (error) {
    const say = words(language);
    const declined = error instanceof Refusal && command === 'prefer';
    process.stderr.write(`${declined ? say.declined(error.fields, orders) : explain(error, say)}\n`);
    return 1;
  }
}

function explain(error: unknown, say: ReturnType<typeof words>): string {
  if (error instanceof ConfigurationError) return say.badConfiguration(error.file, error.problems);
  if (error instanceof JournalInUseError) return say.journalInUse(error.message);
  if (error instanceof NotRunningError) return say.notRunning;
  if (error instanceof NoDecoderError) return say.noDecoder(error.message);
  const cause = error instanceof Error && error.cause instanceof Error ? ` (${error.cause.message})` : '';
  const reason = `${error instanceof Error ? error.message : String(error)}${cause}`;
  return /read-only file system/i.test(reason) ? say.readOnly(reason) : say.cannotStart(reason);
}

function print(text: string): number {
  process.stdout.write(`${text}\n`);
  return 0;
}

// Nothing is awaited here: as a bundle for boards this is no module.
void main().then((code) => {
  process.exitCode = code;
});
