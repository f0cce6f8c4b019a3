import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Test, test } from 'tap';
import { initKeys } from '../../broker/keys/key-store.ts';
import { Mosquitto, noMosquitto } from '../support/mosquitto.ts';
import { noPostgres, Postgres } from '../support/postgres.ts';
import { until } from '../support/until.ts';
import { loaBroker, RunningCentre } from './support/loa-broker.ts';
import { aTextOrder, callApi } from './support/test-centre.ts';
import { makeIdentity, TestStation } from './support/test-station.ts';

/** A centre that is killed at any moment and started again; `more` says on which broker and database it stands. */
async function killedAndStarted(t: Test, more: string[]): Promise<void> {
  const data = await mkdtemp(join(tmpdir(), 'loa-restart-'));
  t.teardown(() => rm(data, { recursive: true, force: true }));
  const { root } = await initKeys(data, 'vinh-phuc');
  const identity = await makeIdentity('dai-dong');
  let centre = await RunningCentre.start(data, ...more);
  t.teardown(() => centre.end('SIGKILL'));
  const connect = () => TestStation.connect({ url: centre.mqtt, root, station: 'dai-dong', identity });

  const first = await connect();
  await until('the roster', async () => (await callApi(data, centre.http, '/api/stations')).body.stations[0]?.birth);
  const { id } = (await callApi(data, centre.http, '/api/orders', { ...aTextOrder, to: { stations: ['dai-dong'] } }))
    .body;
  const generation = (await first.index('station', ({ orders }) => orders.length === 1)).generation;
  const common = (await first.index('all')).generation;

  // Killed with reports on their way: some stored, some not, none acknowledged twice into the ledger.
  const sending = Array.from({ length: 40 }, (_, at) => first.report(at + 1).catch(() => {}));
  await until('the first acknowledgement', async () => (await first.acks()).length > 0);
  await centre.end('SIGKILL');
  const promised = (await first.acks()).at(-1)?.seq ?? 0;
  await first.close();
  await Promise.all(sending);

  centre = await RunningCentre.start(data, ...more);
  const second = await connect();
  const { reports } = (await callApi(data, centre.http, '/api/reports?station=dai-dong')).body;
  t.ok(promised > 0 && reports.length >= promised, `${promised} were acknowledged, ${reports.length} are there`);

  const epoch = first.epoch;
  for (let seq = promised + 1; seq <= 41; seq++) await second.report(seq, { epoch });
  await until('the last acknowledgement', async () =>
    (await second.acks()).some((ack) => ack.epoch === epoch && ack.seq === 41),
  );
  const all = (await callApi(data, centre.http, '/api/reports?station=dai-dong')).body.reports;
  t.same(
    all.map((report: { seq: number }) => report.seq),
    Array.from({ length: 41 }, (_, at) => at + 1),
    'each once',
  );

  const index = await second.index('station', (latest) => latest.generation > generation);
  t.same(
    index.orders.map((order) => order.id),
    [id],
    'what is in force is listed again',
  );
  t.ok((await second.index('all', (latest) => latest.generation > common)).generation > common);
  await second.pull({ orders: index.orders.map(({ id, rev }) => ({ id, rev })) });
  t.equal((await second.order(id, 'station')).id, id);
  t.equal(await centre.end('SIGTERM'), 0);
  await second.close();
}

test('killed and started again: embedded', (t) => killedAndStarted(t, []));

test('killed and started again: Mosquitto and PostgreSQL', { skip: noMosquitto || noPostgres }, async (t) => {
  const mosquitto = await Mosquitto.start();
  t.teardown(() => mosquitto.close());
  const postgres = await Postgres.start();
  t.teardown(() => postgres.close());
  await killedAndStarted(t, ['--broker', mosquitto.url, '--database', postgres.url]);
});

test('an external broker that forgets everything is told again', { skip: noMosquitto }, async (t) => {
  const mosquitto = await Mosquitto.start();
  t.teardown(() => mosquitto.close());
  const data = await mkdtemp(join(tmpdir(), 'loa-restart-'));
  t.teardown(() => rm(data, { recursive: true, force: true }));
  const { root } = await initKeys(data, 'vinh-phuc');
  const centre = await RunningCentre.start(data, '--broker', mosquitto.url);
  t.teardown(() => centre.end('SIGTERM'));
  const { id } = (await callApi(data, centre.http, '/api/orders', aTextOrder)).body;

  await mosquitto.kill();
  const meanwhile = (await callApi(data, centre.http, '/api/orders', aTextOrder)).body;
  await mosquitto.resume();
  const station = await TestStation.connect({ url: mosquitto.url, root, station: 'dai-dong' });
  await until('the host', () => station.messages('host', 'all').length > 0);
  const index = await station.index('all', ({ orders }) => orders.length === 2);
  t.same(index.orders.map((order) => order.id).sort(), [id, meanwhile.id].sort());
  await station.report(1);
  await station.acknowledged(1);
  await station.close();
});

test('two centres on one data folder', async (t) => {
  const data = await mkdtemp(join(tmpdir(), 'loa-restart-'));
  t.teardown(() => rm(data, { recursive: true, force: true }));
  await initKeys(data, 'vinh-phuc');
  const centre = await RunningCentre.start(data);
  t.teardown(() => centre.end('SIGTERM'));

  const second = await loaBroker('run', '--data', data, '--mqtt-port', '0', '--http-port', '0');
  t.equal(second.status, 2);
  t.match(second.err, /Một trung tâm khác \(tiến trình \d+\) đang dùng thư mục này/);
  t.equal((await callApi(data, centre.http, '/api/orders')).status, 200, 'the first goes on');
});
