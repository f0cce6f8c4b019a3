import { execFile } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { test } from 'tap';
import { until } from '../support/until.ts';
import { loaBroker, RunningCentre } from './support/loa-broker.ts';
import { aTextOrder, callApi } from './support/test-centre.ts';
import { TestStation } from './support/test-station.ts';

test('the command line', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'loa-command-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  const data = join(folder, 'data');
  const at = ['--data', data];

  await t.test('speaks Vietnamese, and English when asked', async (t) => {
    t.match(await loaBroker('--help'), { status: 0, out: /Cách dùng:[\s\S]*Các lệnh:[\s\S]*lệnh phát/ });
    t.match(await loaBroker('order', 'send', '--help', '--lang', 'en'), { status: 0, out: /Usage:[\s\S]*--late-by/ });
    t.match(await loaBroker('stations', ...at), { status: 2, err: /Không thấy trung tâm nào đang chạy/ });
    t.match(await loaBroker('stations', ...at, '--lang', 'en'), { status: 2, err: /No running centre/ });
    t.match(await loaBroker('run', ...at), { status: 2, err: /Chưa có khóa[\s\S]*keys init/ });
  });

  await t.test('ends with 2 and says what to do when it is used wrongly', async (t) => {
    t.match(await loaBroker('sing'), { status: 2, err: /Không có lệnh sing/ });
    t.match(await loaBroker('stations', '--loud'), { status: 2, err: /Không có tùy chọn --loud/ });
    t.match(await loaBroker('keys', 'init', ...at), { status: 2, err: /Còn thiếu: --centre/ });
    t.match(await loaBroker('keys', 'init', ...at, '--centre', 'Vĩnh Phúc'), {
      status: 2,
      err: /^--centre: chỉ gồm chữ thường không dấu/,
    });
    t.match(await loaBroker(), { status: 2 });
  });

  const made = JSON.parse((await loaBroker('keys', 'init', ...at, '--centre', 'vinh-phuc', '--json')).out);

  await t.test('makes keys once, readable by their owner only', async (t) => {
    t.match(made, { centre: 'vinh-phuc', root: /^[\w-]{43}$/, signing: /^[\w-]{43}$/ });
    t.match(await loaBroker('keys', 'init', ...at, '--centre', 'an-giang'), { status: 2, err: /Đã có khóa/ });
    for (const name of ['api-token', 'keys/root.pem', `keys/signing-${made.signing}.pem`, 'keys/manifest.jws']) {
      t.equal((await stat(join(data, name))).mode & 0o777, 0o600, name);
    }
  });

  await t.test('an order that nobody can hear is no success', async (t) => {
    const alone = await RunningCentre.start(data);
    t.teardown(() => alone.end('SIGKILL'));
    const { body } = await callApi(data, alone.http, '/api/orders', aTextOrder);
    t.match(await loaBroker('order', 'watch', body.id, ...at), { status: 1, out: /không có đài nào nhận/ });
    t.equal(await alone.end('SIGTERM'), 0);
  });

  const centre = await RunningCentre.start(data);
  t.teardown(() => centre.end('SIGKILL'));
  const station = await TestStation.connect({ url: centre.mqtt, root: made.root, station: 'dai-dong' });
  t.teardown(() => station.close());
  await until('the roster', async () => (await callApi(data, centre.http, '/api/stations')).body.stations[0]?.birth);

  await t.test('adds a client while the centre runs', async (t) => {
    const { publicKey } = generateKeyPairSync('ed25519');
    const key = publicKey.export({ format: 'jwk' }).x ?? '';
    const add = ['keys', 'add-client', 'phan-mem', ...at, '--key', key, '--priority', 'routine', 'emergency', '--json'];
    t.match(JSON.parse((await loaBroker(...add)).out), { kid: /phan-mem/, version: 2 });
    await until('manifest 2', () => station.messages('keys', 'all').length > 1);
    t.match(await loaBroker('keys', 'add-client', 'x', ...at, '--key', 'short', '--priority', 'routine'), {
      status: 2,
    });
  });

  await t.test('shows stations', async (t) => {
    t.match(
      (await loaBroker('stations', ...at)).out,
      /dai-dong +Đài truyền thanh xã Đại Đồng +trực tuyến .*kết nối không mã hóa/,
    );
    t.match(JSON.parse((await loaBroker('stations', ...at, '--json')).out), { stations: [{ station: 'dai-dong' }] });
  });

  const tone = join(folder, 'tone.wav');
  await promisify(execFile)('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', 'sine=frequency=500:duration=1', tone]);
  const recording = JSON.parse((await loaBroker('media', 'add', tone, ...at, '--json')).out);
  const send = ['order', 'send', ...at, '--title', 'Phòng, chống bão', '--priority', 'emergency'];

  await t.test('stores recordings', async (t) => {
    t.match(recording, { sha256: /^[0-9a-f]{64}$/, mime: 'audio/ogg', language: 'vi' });
    t.equal(recording.urls[0], `${centre.http}/media/${recording.sha256}`);
    t.equal((await fetch(recording.urls[0])).status, 200);
    t.match(await loaBroker('media', 'add', ...at, join(data, 'api-token')), {
      status: 1,
      err: /không có âm thanh đọc được/,
    });
    t.match(await loaBroker('media', 'add', ...at, '/nowhere'), { status: 2, err: /Không có tệp này/ });
  });

  await t.test('sends an order with all that it may say, and watches it to its end', async (t) => {
    const when = ['--at', '2999-01-01T05:00:00+07:00'];
    const how = [
      '--zones',
      'village,border',
      '--late-by',
      '60',
      '--volume',
      '80',
      '--chime',
      '--repeat',
      '2',
      '--gap',
      '5',
    ];
    const basis = ['--basis-number', '12/CĐ', '--basis-date', '2026-11-20', '--basis-issuer', 'UBND tỉnh'];
    const sent = await loaBroker(
      ...send,
      '--to',
      'dai-dong',
      '--media',
      recording.sha256,
      tone,
      ...when,
      ...how,
      ...basis,
      '--json',
    );
    const { id, stations } = JSON.parse(sent.out);
    t.equal(stations, 1);
    const order = await station.order(id, 'station');
    t.match(order, {
      title: 'Phòng, chống bão',
      priority: 'emergency',
      zones: ['village', 'border'],
      when: { type: 'at', instants: ['2998-12-31T22:00:00.000Z'] },
      lateBy: 60,
      volume: 80,
      chime: true,
      repeat: { times: 2, gap: 5 },
      basis: { number: '12/CĐ', date: '2026-11-20', issuer: 'UBND tỉnh' },
    });
    t.same(
      order.programme.map((item) => item.type === 'audio' && item.variants[0]?.sha256),
      [recording.sha256, recording.sha256],
      'the file became the same recording',
    );
    t.match(
      (await loaBroker('order', 'list', ...at)).out,
      new RegExp(`${id} +khẩn cấp +Phòng, chống bão +dai-dong +còn hiệu lực`),
    );
    t.match(await loaBroker('order', 'cancel', id, ...at, '--reason', 'Bão đã tan'), { status: 0, out: /Đã hủy lệnh/ });
    t.match((await loaBroker('order', 'list', ...at)).out, /đã hủy/);
  });

  await t.test('watch ends with 0 when all aired and with 1 when not', async (t) => {
    const now = [...send, '--to', 'all', '--media', recording.sha256, '--json'];
    const aired = JSON.parse((await loaBroker(...now)).out).id;
    const watching = loaBroker('order', 'watch', aired, ...at);
    await station.report(1, { outcome: 'aired', order: { id: aired, rev: 1 } });
    t.match(await watching, { status: 0, out: /dai-dong +đã phát +âm-li có tín hiệu\nMọi đài đã xong/ });

    const failed = JSON.parse((await loaBroker(...now)).out).id;
    const watchingJson = loaBroker('order', 'watch', failed, ...at, '--json');
    const refusal = { code: 'audio-not-found' as const };
    await station.report(2, { outcome: 'failed', order: { id: failed, rev: 1 }, refusal });
    const { status, out } = await watchingJson;
    t.equal(status, 1);
    const lines = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    t.match(lines, [
      { station: 'dai-dong', outcome: 'failed' },
      { done: true, order: { id: failed } },
    ]);
  });

  await t.test('passes a refusal on, in words and as JSON', async (t) => {
    const wrong = [...send, '--to', 'nowhere', '--media', recording.sha256];
    t.match(await loaBroker(...wrong), {
      status: 1,
      err: /Bị từ chối \(unknown-station\)\. không có đài này; xem các đài[\s\S]*to\.stations\.0: không có đài này/,
    });
    const { status, out } = await loaBroker(...wrong, '--json');
    t.equal(status, 1);
    t.match(JSON.parse(out), { refusal: { code: 'unknown-station', fields: [{ path: 'to.stations.0' }] } });
    t.match(await loaBroker(...send, '--media', recording.sha256), { status: 2, err: /--to all/ });
    t.match(await loaBroker(...send, '--to', 'all', '--media', '/nowhere.wav'), { status: 2 });
    t.match(await loaBroker(...send, '--to', 'all', '--media', tone, '--at', '05:00'), { status: 2, err: /múi giờ/ });
    t.match(await loaBroker(...send, '--to', 'all', '--media', tone, '--expires-in', 'soon'), { status: 2 });
  });

  await t.test('run ends cleanly on SIGTERM and is not found afterwards', async (t) => {
    t.match(JSON.parse(await readFile(join(data, 'run.json'), 'utf8')), { ready: true, http: centre.http });
    t.equal(await centre.end('SIGTERM'), 0);
    t.match(await loaBroker('order', 'list', ...at), { status: 2, err: /Không thấy trung tâm/ });
  });

  await t.test('a killed centre is reported as not reachable', async (t) => {
    const again = await RunningCentre.start(data);
    await again.end('SIGKILL');
    t.match(await loaBroker('order', 'list', ...at), { status: 2, err: /Không kết nối được với trung tâm/ });
  });
});
