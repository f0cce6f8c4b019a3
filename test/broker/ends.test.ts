import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'tap';
import { openDatabase } from '../../broker/database/open.ts';
import { silentLog } from '../../broker/log.ts';
import { encodeHealth } from '../../protocol/health.ts';
import { health } from '../support/examples.ts';
import { until } from '../support/until.ts';
import { loaBroker, RunningCentre } from './support/loa-broker.ts';
import { aTextOrder, callApi } from './support/test-centre.ts';
import { makeIdentity, TestStation } from './support/test-station.ts';

test('[P-97] every order has one end on every station, and the command line says which', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'loa-ends-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  const data = join(folder, 'data');
  const at = ['--data', data];
  const { root } = JSON.parse((await loaBroker('keys', 'init', ...at, '--centre', 'vinh-phuc', '--json')).out);
  let centre = await RunningCentre.start(data);
  t.teardown(() => centre.end('SIGKILL'));
  const identities = { keeps: await makeIdentity('keeps'), forgets: await makeIdentity('forgets') };
  const connect = async (station: keyof typeof identities) => {
    const connected = await TestStation.connect({ url: centre.mqtt, root, station, identity: identities[station] });
    t.teardown(() => connected.close());
    return connected;
  };
  const show = (...more: string[]) => loaBroker('order', 'show', id, ...at, ...more);
  const endings = async () => {
    const { body } = await callApi(data, centre.http, `/api/orders/${id}`);
    return body.stations.map((each: { station: string; ending: string }) => `${each.station} ${each.ending}`);
  };

  let [keeps, forgets] = [await connect('keeps'), await connect('forgets')];
  const away = await TestStation.connect({ url: centre.mqtt, root, station: 'away' });
  t.teardown(() => away.close());
  await until('the roster', async () => {
    const { body } = await callApi(data, centre.http, '/api/stations');
    return body.stations.filter((each: { birth?: object }) => each.birth).length === 3;
  });
  const { body } = await callApi(data, centre.http, '/api/orders', aTextOrder);
  const { id } = body as { id: string };
  const order = { id, rev: 1 };
  await keeps.report(1, { outcome: 'aired', order });
  await keeps.report(2, { outcome: 'missed', order });
  await forgets.report(1, { outcome: 'accepted', order });
  await keeps.acknowledged(2);
  await forgets.acknowledged(1);
  t.same(await endings(), ['away open', 'forgets open', 'keeps reported']);

  await callApi(data, centre.http, `/api/orders/${id}/cancel`, {});
  t.same(await endings(), ['away awaited', 'forgets awaited', 'keeps reported']);
  t.match(await show(), {
    status: 0,
    out: /away +lệnh đã hết; đài chưa báo kết quả[\s\S]*không được tính:\n.*\n.*keeps +lỡ giờ/,
  });

  await t.test('when it has been over for long, and the stations have told all', async (t) => {
    for (const each of [keeps, forgets, away]) await each.close();
    t.equal(await centre.end('SIGTERM'), 0);
    const database = await openDatabase({ directory: join(data, 'database'), centre: 'vinh-phuc', log: silentLog });
    const longAgo = new Date(Date.now() - 20 * 60_000).toISOString();
    await database.query('update cancellations set cancelled_at = $1', [longAgo]);
    await database.close();
    centre = await RunningCentre.start(data);
    [keeps, forgets] = [await connect('keeps'), await connect('forgets')];
    const nothingWaits = encodeHealth({ ...health, journal: { orders: 0, airings: 0, reports: 0 } });
    for (const each of [keeps, forgets]) {
      await each.pull({ orders: [], journal: { epoch: each.epoch, nonce: 'f'.repeat(32) } });
      await each.publish('health', nothingWaits);
    }
    await until('what was forgotten', async () => (await endings())[1] === 'forgets forgotten');
    t.same(await endings(), ['away awaited', 'forgets forgotten', 'keeps reported']);
    const back = await TestStation.connect({ url: centre.mqtt, root, station: 'away', identity: away.identity });
    t.teardown(() => back.close());
    await back.publish('health', encodeHealth({ ...health, journal: { orders: 0, airings: 0, reports: 1 } }));
    await back.publish('health', nothingWaits);
    await until('what it never had', async () => (await endings())[0] === 'away unknown');
    t.match((await show()).out, /away +lệnh đã hết; đài không biết gì[\s\S]*forgets +không rõ kết quả/);
    t.match((await show('--lang', 'en')).out, /knows nothing of this order[\s\S]*then lost its journal/);
    t.match(await loaBroker('order', 'watch', id, ...at), {
      status: 1,
      out: /forgets +không rõ kết quả[\s\S]*có đài không rõ kết quả\.\nCó báo cáo đến sau trái/,
    });
  });

  await t.test('a report that comes after all stands', async (t) => {
    await forgets.report(1, { outcome: 'cancelled', order });
    await forgets.acknowledged(1);
    t.equal((await endings())[1], 'forgets reported');
  });
});
