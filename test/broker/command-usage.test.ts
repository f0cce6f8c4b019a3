import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'tap';
import { initKeys } from '../../broker/keys/key-store.ts';
import { loaBroker } from './support/loa-broker.ts';

test('the command line teaches', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'loa-usage-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  const data = join(folder, 'data');
  const at = ['--data', data];

  await t.test('a wrong value is answered with the right ones', async (t) => {
    const send = ['order', 'send', ...at, '--title', 'x', '--to', 'all', '--media', 'x'];
    t.match(await loaBroker(...send, '--priority', 'urgent'), {
      status: 2,
      err: /^--priority: «urgent» không hợp lệ: phải là một trong: routine, priority, emergency/,
    });
    t.match(await loaBroker(...send, '--priority', 'routine', '--late-by', 'soon', '--lang', 'en'), {
      status: 2,
      err: /^--late-by: "soon" is not right: must be a whole number/,
    });
    t.match(await loaBroker('order', 'list', 'all'), { status: 2, err: /Thừa từ sau list/ });
    t.match(await loaBroker('stations', '--lang', 'fr'), { status: 2, err: /phải là một trong: vi, en/ });
    t.match(await loaBroker('--lang', 'en', 'stations', ...at), { status: 2, err: /No running centre/ });
    t.match(await loaBroker('media', 'add', ...at, folder), { status: 2, err: /thư mục/ });
  });

  await t.test('tells its version, and an example with the help of every command', async (t) => {
    t.match(await loaBroker('--version'), { status: 0, out: /^loa-broker \d+\.\d+\.\d+\n$/ });
    for (const command of [
      ...['', 'keys', 'keys init', 'keys add-client', 'run', 'media', 'media add', 'stations', 'stations reset-key'],
      ...['keys certificate', 'stations add', 'stations revoke'],
      'stations policy',
      ...['order', 'order send', 'order cancel', 'order list', 'order watch'],
    ]) {
      const words = command.split(' ').filter(Boolean);
      const { out } = await loaBroker(...words, '--help');
      t.match(out, new RegExp(`Ví dụ:\n  loa-broker ${words.slice(0, 1).join('')}`), words.join(' '));
      t.notMatch(out, /default:|choices:|display help/, 'in one language');
    }
  });

  await t.test('says why it cannot run, and what to do', async (t) => {
    await initKeys(data, 'vinh-phuc');
    const free = ['--mqtt-port', '0', '--http-port', '0'];
    t.match(await loaBroker('run', ...at, ...free, '--host', 'nowhere.invalid'), { status: 2, err: /--host khác/ });
    t.match(await loaBroker('run', ...at, ...free, '--database', 'postgres://127.0.0.1:1/loa'), {
      status: 2,
      err: /PostgreSQL[\s\S]*ECONNREFUSED[\s\S]*--database/,
    });
  });
});
