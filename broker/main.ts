#!/usr/bin/env node
import { consoleIn } from './command/console.ts';
import { runCommandLine } from './command/program.ts';
import { chosenLanguage } from './command/words.ts';

const parameters = process.argv.slice(2);
process.exitCode = await runCommandLine(parameters, consoleIn(chosenLanguage(parameters, process.env)));
