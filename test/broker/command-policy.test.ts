import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'tap';
import { initKeys } from '../../broker/keys/key-store.ts';
import { until } from '../support/until.ts';
import { loaBroker, RunningCentre } from './support/loa-broker.ts';
import { aTextOrder, callApi } from './support/test-centre.ts';
import { TestStation } from './support/test-station.ts';

test('loa-broker stations policy', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'loa-policy-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  const data = join(folder, 'data');
  const { root } = await initKeys(data, 'vinh-phuc');
  const centre = await RunningCentre.start(data);
  t.teardown(() => centre.end('SIGKILL'));
  const station = await TestStation.connect({ url: centre.mqtt, root, station: 'dai-dong' });
  t.teardown(() => station.close());
  await until('the roster', async () => (await callApi(data, centre.http, '/api/stations')).body.stations[0]?.birth);
  const policy = (...more: string[]) => loaBroker('stations', 'policy', ...more, '--data', data);
  const file = async (name: string, text: string) => {
    await writeFile(join(folder, name), text);
    return join(folder, name);
  };
  const quiet = await file('quiet.toml', 'quietHours = [{ from = "21:30", to = "05:00" }]\ndailyMinutes = 90\n');
  const ceiling = await file('ceiling.json', '{"volumeCeilings":[{"percent":60,"zones":["thon-1"]}]}');

  await t.test('sets for all and for one, shows both, and clears', async (t) => {
    t.match(await policy('--all', '--file', quiet), {
      status: 0,
      out: /^Cho mọi đài: giữ yên tĩnh 21:30–05:00; mỗi ngày không quá 90 phút; theo giờ Asia\/Ho_Chi_Minh\nSố đài đang giữ đúng: 0\/1\.\nChưa xác nhận.*: dai-dong\n$/,
    });
    t.match(await policy('dai-dong', '--file', ceiling, '--lang', 'en'), {
      status: 0,
      out: /^For every station: quiet 21:30–05:00[\s\S]*\nFor dai-dong besides: volume at most 60 % \(thon-1\)/,
    });
    const shown = JSON.parse((await policy('dai-dong', '--json')).out);
    t.match(shown, { policies: { all: { dailyMinutes: 90 }, station: { volumeCeilings: [{ percent: 60 }] } } });
    t.match(await station.configuration(shown.version), { policies: shown.policies });
    await station.bear([], shown.version);
    await until('it to be kept', async () => /Số đài đang giữ đúng: 1\/1\.\n$/.test((await policy('dai-dong')).out));
    t.match(await policy('dai-dong', '--clear'), { status: 0, out: /Riêng cho đài dai-dong: không giới hạn/ });
  });

  await t.test('names every bad field, in words', async (t) => {
    const bad = await file(
      'bad.toml',
      'dailyMinutes = 2000\ncurfew = true\nquietHours = [{ from = "25:00", to = "05:00" }]\n',
    );
    const { status, err } = await policy('--all', '--file', bad);
    t.equal(status, 1);
    t.match(err, /Bị từ chối \(invalid-fields\)/);
    t.match(err, /policy\.dailyMinutes: lớn nhất là 1440/);
    t.match(err, /policy\.curfew: không có trường này/);
    t.match(err, /policy\.quietHours\.0\.from: phải là giờ như 05:30/);
    t.match(await policy('nowhere', '--file', quiet), { status: 1, err: /không có đài này/ });
  });

  await t.test('says what is missing and what cannot be read', async (t) => {
    t.match(await policy(), { status: 2, err: /--all/ });
    t.match(await policy('dai-dong', '--all'), { status: 2, err: /không ghi cả hai/ });
    t.match(await policy('--all', '--file', quiet, '--clear'), { status: 2, err: /--file hoặc --clear/ });
    t.match(await policy('--all', '--file', '/nowhere'), { status: 2, err: /Không có tệp này/ });
    t.match(await policy('--all', '--file', await file('torn.toml', 'quietHours = [\n')), {
      status: 2,
      err: /Không hiểu được/,
    });
    t.match(await policy('--all', '--file', await file('torn.json', '{')), { status: 2, err: /Không hiểu được/ });
  });

  await t.test('whoever watches an order reads whose policy refused it', async (t) => {
    const { body } = await callApi(data, centre.http, '/api/orders', { ...aTextOrder, to: { stations: ['dai-dong'] } });
    const order = { id: body.id as string, rev: 1 };
    const fields = [{ path: 'centre.quietHours', problem: '21:30–05:00 Asia/Ho_Chi_Minh' }];
    await station.report(1, { outcome: 'rejected', order, refusal: { code: 'quiet-hours', fields } });
    t.match(await loaBroker('order', 'watch', order.id, '--data', data), {
      status: 1,
      out: /giữ yên tĩnh.* \(chính sách của trung tâm: 21:30–05:00 Asia\/Ho_Chi_Minh\)/,
    });
  });
});
