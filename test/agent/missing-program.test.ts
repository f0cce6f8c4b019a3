import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'tap';

/**
 * Node signals a program that could not be started all the same, by whatever stands where its number should be: 0, which is
 * everybody in our process group, or the number of somebody else. So the script asks for no such signal.
 */
const WATCH = `
  const { ChildProcess } = await import('node:child_process');
  const { kill } = ChildProcess.prototype;
  ChildProcess.prototype.kill = function (...args) {
    if (this.pid === undefined) process.exit(9);
    return kill.apply(this, args);
  };`;

/** Gives how a script ended, in a process group of its own. */
async function run(script: string): Promise<unknown> {
  const args = ['--input-type=module', '-e', `${WATCH}\n${script}`];
  const child = spawn(process.execPath, args, { detached: true, stdio: 'inherit' });
  const [code, signal] = await once(child, 'exit');
  return code ?? signal;
}

const url = (path: string): string => JSON.stringify(new URL(`../../${path}`, import.meta.url));

test('what ends a program that could not be started ends nobody else', async (t) => {
  await t.test('a player', async (t) => {
    const script = `
      const { AlsaSink } = await import(${url('agent/audio/sinks/alsa.js')});
      const { systemClock } = await import(${url('agent/clock/clock.js')});
      const options = { player: ['no-such-player'], device: 'default', clock: systemClock, log: () => {}, onFault: () => {} };
      await new AlsaSink(options).close();`;
    t.equal(await run(script), 0);
  });

  await t.test('a decoder', async (t) => {
    const script = `
      const { decode } = await import(${url('agent/audio/ffmpeg.js')});
      const { systemClock } = await import(${url('agent/clock/clock.js')});
      const ending = new AbortController();
      const options = { ffmpeg: '/no/such/ffmpeg', file: '/dev/null', clock: systemClock, signal: ending.signal };
      const first = decode(options).next();
      ending.abort();
      await first;`;
    t.equal(await run(script), 0);
  });

  await t.test('a program of the simulator', async (t) => {
    const script = `
      const { startChild } = await import(${url('simulator/process/child.js')});
      await startChild({ name: 'none', command: 'no-such-program', args: [], log: '/dev/null' }).kill();`;
    t.equal(await run(script), 0);
  });
});
