import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mqtt from 'mqtt';
import { test } from 'tap';
import { certificateRequest } from '../../agent/enrol/certificate.ts';
import { openStationKey } from '../../agent/report/station-key.ts';
import { encodeAlarm } from '../../protocol/alarm.ts';
import { parseCode } from '../../protocol/enrolment.ts';
import { decodeHost } from '../../protocol/host.ts';
import { topics } from '../../protocol/topics.ts';
import { alarm } from '../support/examples.ts';
import { Mosquitto, noMosquitto } from '../support/mosquitto.ts';
import { until } from '../support/until.ts';
import { TestCentre } from './support/test-centre.ts';
import { must, TestStation } from './support/test-station.ts';

const id = TestCentre.id;

test('a centre on a broker of others', { skip: noMosquitto }, async (t) => {
  const mosquitto = await Mosquitto.start();
  const centre = await TestCentre.start({ broker: mosquitto.url, repeatMs: 50 });
  const anybody = await mqtt.connectAsync(mosquitto.url, { clientId: 'anybody', reconnectPeriod: 0 });
  t.teardown(async () => {
    await anybody.endAsync(true);
    await centre.close();
    await mosquitto.close();
  });
  const entry = async (station: string) =>
    (await centre.get('/api/stations')).body.stations.find((each: { station: string }) => each.station === station);

  await t.test('says again what the broker has lost', async (t) => {
    for (const channel of ['host', 'keys', 'index'] as const) {
      await anybody.publishAsync(topics.all(id, channel), '', { qos: 1, retain: true });
    }
    const dong = await TestStation.connect({ url: mosquitto.url, root: centre.root, station: 'dai-dong' });
    const host = await until('the host', () =>
      dong
        .messages('host', 'all')
        .filter(({ length }) => length > 0)
        .at(-1),
    );
    t.equal(must(decodeHost(host)).state, 'online');
    await until('the keys', () => dong.messages('keys', 'all').some(({ length }) => length > 0));
    await dong.index('all');
    await dong.close();
  });

  await t.test('an alarm that ended while the centre was away does not stand for ever', async (t) => {
    const disk = topics.alarm(id, 'dai-dong', 'disk');
    const relay = topics.alarm(id, 'dai-dong', 'relay');
    for (const topic of [disk, relay]) {
      await anybody.publishAsync(topic, Buffer.from(encodeAlarm(alarm)), { qos: 1, retain: true });
    }
    await until('both', async () => Object.keys((await entry('dai-dong'))?.alarms ?? {}).length === 2);
    await centre.stop();
    await anybody.publishAsync(disk, '', { qos: 1, retain: true });
    await centre.open({ broker: mosquitto.url });
    await until('what stands', async () => (await entry('dai-dong')).alarms.relay);
    t.same(Object.keys((await entry('dai-dong')).alarms), ['relay']);
  });

  await t.test('a station that was revoked is believed no more, though its session goes on', async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'loa-board-'));
    t.teardown(() => rm(folder, { recursive: true, force: true }));
    const request = await certificateRequest(await openStationKey(folder, 'station'));
    const enrol = async () => {
      const plan = { station: 'tam-dao', name: 'Đài', zones: [{ id: 'thon-1', name: 'Thôn 1' }] };
      const { codes } = (await centre.post('/api/stations', { stations: [plan] })).body;
      t.equal((await centre.post('/enrol', { secret: parseCode(codes[0].code)?.secret, request })).status, 200);
    };
    const raise = (name: 'disk' | 'relay' | 'clock') =>
      anybody.publishAsync(topics.alarm(id, 'tam-dao', name), Buffer.from(encodeAlarm(alarm)), { qos: 1 });
    const alarms = async () => Object.keys((await entry('tam-dao')).alarms);
    await enrol();
    await raise('disk');
    await until('the alarm', async () => (await alarms()).length > 0);

    await centre.post('/api/stations/tam-dao/revoke');
    await raise('relay');
    await until('that it was dropped', () => centre.logged('revoked-station').length > 0);
    await centre.stop();
    await centre.open({ broker: mosquitto.url });
    await raise('relay');
    await until('that it was dropped', () => centre.logged('revoked-station').length > 1);
    t.notOk((await alarms()).includes('relay'));

    await enrol();
    await raise('clock');
    await until('the alarm of the board that was let in anew', async () => (await alarms()).includes('clock'));
  });

  await t.test('an alarm of a name that nobody knows is dropped, and the centre starts again', async (t) => {
    const odd = topics.alarm(id, 'dai-dong', 'constructor');
    await anybody.publishAsync(odd, Buffer.from(encodeAlarm(alarm)), { qos: 1, retain: true });
    await until('that it was read', () => centre.logged('alarm-unknown').length > 0);
    await centre.stop();
    await centre.open({ broker: mosquitto.url });
    t.match(await entry('dai-dong'), { station: 'dai-dong' });
  });
});
