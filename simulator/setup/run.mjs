import { spawnSync } from 'node:child_process';

/** Runs a program to its end and shows what it prints on stderr; true when it ended well. */
export function run(program, args, options = {}) {
  const { status, error } = spawnSync(program, args, { stdio: ['ignore', 2, 2], ...options });
  return error === undefined && status === 0;
}

/** npm itself: the one that started us, else the one on the path. */
export function npm(...args) {
  const started = process.env.npm_execpath;
  return started?.endsWith('.js') ? run(process.execPath, [started, ...args]) : run('npm', args);
}
