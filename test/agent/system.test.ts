import { test } from 'tap';
import { bundle } from '../../agent/doctor/bundle.ts';
import type { Patient } from '../../agent/doctor/patient.ts';
import { thisSystem } from '../../agent/service/system.ts';

const MB = 1_000_000;

test('what a program prints is given back, however much it is and however it ends', async (t) => {
  const { run } = thisSystem();
  const much = await run(process.execPath, '-e', `process.stdout.write('x'.repeat(${2 * MB}))`);
  t.same([much.code, much.stdout.length], [0, 2 * MB]);
  const killed = await run('sh', '-c', 'echo seen; kill -9 $$');
  t.equal(killed.stdout, 'seen\n');
  t.not(killed.code, 0);
  t.not(killed.code, 127, 'it was there');
  t.match(await run('/nonexistent'), { code: 127, stdout: '' });
});

test('a bundle keeps what was printed by a program that failed', async (t) => {
  const real = thisSystem();
  const packed: string[] = [];
  const system: Patient['system'] = {
    ...real,
    run: async (program, ...args) => {
      if (program === 'journalctl') return { code: 127, stdout: 'info online', stderr: '' };
      if (program !== 'tar') return { code: 127, stdout: '', stderr: '' };
      packed.push((await real.run('ls', `${args[args.indexOf('--directory') + 1]}/loa-doctor`)).stdout);
      return real.run(program, ...args);
    },
  };
  const configuration = { link: {}, state: t.testdir() } as Patient['configuration'];
  const patient = { configuration, config: '', running: undefined, system };
  await bundle(`${t.testdir()}/bundle.tar.gz`, { findings: [], patient }, '/nonexistent');
  t.same(packed[0]?.trim().split('\n'), ['agent.log', 'agent.toml', 'doctor.json', 'kernel.log', 'state.txt']);
});
