import { Command, CommanderError, type Option } from 'commander';
import { printable } from '../../protocol/text.ts';
import { software } from '../software.ts';
import { addClientsCommand } from './clients.ts';
import { CommandFailure, type Console } from './console.ts';
import { examples } from './examples.ts';
import { addKeysCommands } from './keys.ts';
import { addMediaCommands } from './media.ts';
import { languageOption } from './options.ts';
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
    .version(software(), '-V, --version', words.optionVersion)
    .addOption(languageOption(console))
    .exitOverride()
    .configureOutput({ outputError: () => {} })
    .configureHelp({
      styleTitle: (title) => inLanguage(title, words.helpTitles),
      optionDescription: (option) => described(option, console),
    });
  addKeysCommands(program, console);
  addRunCommand(program, console);
  addMediaCommands(program, console);
  addOrderCommands(program, console);
  addStationsCommand(program, console);
  addClientsCommand(program, console);
  for (const command of everyCommand(program)) {
    command.helpOption('-h, --help', words.optionHelp).helpCommand(false);
    const lines = examples[pathOf(command)] ?? [];
    if (lines.length > 0) command.addHelpText('after', `\n${[words.examples, ...lines].join('\n  ')}`);
  }
  return program;
}

/** The choices stand in each description already; commander would add them once more, in English. */
function described({ description, defaultValue }: Option, { words }: Console): string {
  return defaultValue === undefined ? description : `${description} (${words.helpDefault}: ${defaultValue})`;
}

const pathOf = (command: Command): string =>
  command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`;

function everyCommand(command: Command): Command[] {
  return [command, ...command.commands.flatMap(everyCommand)];
}

function inLanguage(title: string, titles: Readonly<Record<string, string>>): string {
  return title.replace(/^\w+/, (word) => titles[word] ?? word);
}

/** commander's own errors, in the operator's language; what is quoted in them is what was typed or is missing. */
function usage(error: CommanderError, { words, err }: Console): number {
  const what = /'([^']*)'/.exec(error.message)?.[1] ?? error.message;
  const bad = /'([^']*)' argument '(.*)' is invalid\. (.*)$/s.exec(error.message);
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
    case 'commander.excessArguments':
      err(words.usage.tooMany(what));
      return 2;
    default: {
      const [, option = '', given = '', problem = ''] = bad ?? [];
      const choices = /^Allowed choices are (.*)\.$/.exec(problem)?.[1];
      const why = choices === undefined ? problem : words.usage.oneOf(choices);
      err(
        bad === null ? words.usage.invalid(what) : words.usage.badArgument(nameOf(option), printable(given, 100), why),
      );
      return 2;
    }
  }
}

/** `--late-by <seconds>` → `--late-by`. */
const nameOf = (option: string): string => option.split(' ')[0] ?? option;

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : `${error.message} < ${describe(error.cause)}`;
}
