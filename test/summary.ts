import { inspect } from 'node:util';
import type { Base, Spawn, TAP } from 'tap';

type Result = Base['lists']['fail'][number];

/** One line for a file that passed; for one that failed, all that is known of why. */
export function printFile(name: string, test: Spawn, stderr: string): void {
  const { pass, fail, skip } = test.counts;
  const failed = test.results?.ok !== true;
  const seconds = ((test.time ?? 0) / 1000).toFixed(1);
  console.log(`${failed ? '✗' : '✓'} ${name}: ${pass} passed, ${fail} failed, ${skip} skipped (${seconds} s)`);
  if (!failed) return;
  const { exitCode, signal } = test.options;
  if (exitCode || signal) console.log(`    ended with ${signal ?? `exit code ${exitCode}`}`);
  for (const result of test.lists.fail) console.log(indent(describe(result)));
  for (const problem of test.results?.failures ?? []) {
    if ('tapError' in problem && problem.tapError) console.log(indent(String(problem.tapError)));
  }
  if (stderr.trim() !== '') console.log(indent(`its stderr, from the end:\n${stderr.trimEnd().slice(-8_000)}`));
}

/** Every skipped test with its reason, then, alone on the last line, the counts of test points. */
export function printSummary(all: TAP): void {
  const { pass, fail, skip, todo } = all.counts;
  for (const result of [...all.lists.skip, ...all.lists.todo]) {
    const reason = result.skip === true || result.skip === '' ? 'no reason given' : result.skip || 'to do';
    console.log(`skipped: ${fullName(result)}: ${reason}`);
  }
  // A file that dies outside its tests fails without any test point that says so.
  const failed = all.passing() ? fail : Math.max(fail, 1);
  console.log(`${pass} passed, ${failed} failed, ${skip + todo} skipped`);
}

function describe(result: Result): string {
  const { diff, stack, at, ...others } = (result.diag ?? {}) as Record<string, unknown>;
  const { source, ...rest } = others;
  const lines = [`✗ ${fullName(result)}`];
  if (typeof diff === 'string') lines.push(diff.trimEnd());
  else if (Object.keys(rest).length > 0) lines.push(inspect(rest, { depth: 6, breakLength: 120 }));
  if (typeof source === 'string') lines.push(source.trimEnd());
  if (typeof stack === 'string') lines.push(stack.trimEnd());
  else if (at !== undefined) lines.push(`at ${inspect(at, { breakLength: 120 })}`);
  return lines.join('\n');
}

const fullName = (result: Result): string => result.fullname.replace(/^TAP > /, '');

const indent = (text: string): string => text.replace(/^/gm, '    ');
