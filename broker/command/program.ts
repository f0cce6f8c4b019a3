import { Command, CommanderError } from 'commander';
import { CommandFailure, type Console } from './console.ts';
import { addKeysCommands } from './keys.ts';
import { addMediaCommands } from './media.ts';
import { addOrderCommands } from './order.ts';
import { addRunCommand } from './run.ts';
import { addStationsCommand } from './stations.ts';

/** Runs one command line (without node and script) and returns the exit status: 0 done, 1 declined, 2 usage or no centre. */
export async function runCommandLine(parameters: readonly string[], console: Console): Promise<number> {
  const program = makeProgram(console);
  try {
    await program.parseAsync([...parameters], { from: 'user' });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return usage(error, console);
    if (!(error instanceof CommandFailure)) {
      console.err(console.words.unexpected(describe(error)));
      return 2;
    }
    if (parameters.includes('--json') && error.json !== undefined) console.out(JSON.stringify(error.json));
    else if (error.message !== '') console.err(error.message);
    return error.status;
  }
}

function makeProgram(console: Console): Command {
  const { words } = console;
  const program = new Command('loa-broker')
    .description(words.program)
    .exitOverride()
    .helpOption('-h, --help', words.optionHelp)
    .helpCommand(false)
    .configureOutput({ outputError: () => {} })
    .configureHelp({ styleTitle: (title) => inLanguage(title, words.helpTitles) });
  addKeysCommands(program, console);
  addRunCommand(program, console);
  addMediaCommands(program, console);
  addOrderCommands(program, console);
  addStationsCommand(program, console);
  for (const command of everyCommand(program)) command.helpOption('-h, --help', words.optionHelp);
  return program;
}

function everyCommand(command: Command): Command[] {
  return [command, ...command.commands.flatMap(everyCommand)];
}

function inLanguage(title: string, titles: Readonly<Record<string, string>>): string {
  return title.replace(/^\w+/, (word) => titles[word] ?? word);
}

/** commander's own errors, in the operator's language; what is quoted in them is what was typed or is missing. */
function usage(error: CommanderError, { words, err }: Console): number {
  const what = /'([^']*)'/.exec(error.message)?.[1] ?? error.message;
  switch (error.code) {
    case 'commander.helpDisplayed':
    case 'commander.version':
      return 0;
    case 'commander.help':
      return 2;
    case 'commander.unknownOption':
      err(words.usage.unknownOption(what));
      return 2;
    case 'commander.unknownCommand':
      err(words.usage.unknownCommand(what));
      return 2;
    case 'commander.missingArgument':
    case 'commander.optionMissingArgument':
    case 'commander.missingMandatoryOptionValue':
      err(words.usage.missing(what));
      return 2;
    default:
      err(words.usage.invalid(what));
      return 2;
  }
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : `${error.message} < ${describe(error.cause)}`;
}
