import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, readFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { test } from 'tap';
import { systemService } from '../../agent/provision/system-service.ts';
import { thisSystem } from '../../agent/service/system.ts';

test('a station that is stopped for its tests is started again, should the set-up be killed', async (t) => {
  const asked: (readonly string[])[] = [];
  const system = {
    ...thisSystem(),
    run: async (...words: readonly string[]) => {
      asked.push(words);
      return { code: 0, stdout: '', stderr: '' };
    },
  };
  await systemService(system).stop();
  const [guard, stop] = asked;
  t.same(stop, ['systemctl', 'stop', 'loa-agent.service'], 'by then somebody looks after it');
  t.equal(guard?.[0], 'systemd-run');

  const folder = t.testdir({ systemctl: '#!/bin/sh\necho "$@" > "$(dirname "$0")/asked"\n' });
  await chmod(join(folder, 'systemctl'), 0o755);
  const setUp = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1_000)']);
  const [shell = '', option = '', command = ''] = guard?.slice(-3) ?? [];
  const guarded = command.replace(String(process.pid), String(setUp.pid));
  const env = { ...process.env, PATH: `${folder}${delimiter}${process.env.PATH}` };
  const watching = spawn(shell, [option, guarded], { env, stdio: 'ignore' });
  const ended = once(watching, 'exit');
  t.equal(watching.exitCode, null, 'it waits');
  setUp.kill('SIGKILL');
  t.same(await ended, [0, null]);
  t.equal(await readFile(join(folder, 'asked'), 'utf8'), 'start loa-agent.service\n');
});
