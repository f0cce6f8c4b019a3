import { CompactSign } from 'jose';
import { test } from 'tap';
import { encodeAlarm } from '../../protocol/alarm.ts';
import { encodeBirth } from '../../protocol/birth.ts';
import { encodeHealth } from '../../protocol/health.ts';
import { encodeState } from '../../protocol/state.ts';
import { topics } from '../../protocol/topics.ts';
import { alarm, aReport, birth, health } from '../support/examples.ts';
import { until } from '../support/until.ts';
import { TestCentre } from './support/test-centre.ts';
import { type Identity, makeIdentity, TestStation } from './support/test-station.ts';

/** Signs anything as a report, right or wrong. */
const signed = async (payload: unknown, { signer }: Identity): Promise<Uint8Array> =>
  new TextEncoder().encode(
    await new CompactSign(new TextEncoder().encode(JSON.stringify(payload)))
      .setProtectedHeader({ alg: 'Ed25519', typ: 'loa-report', kid: signer.kid })
      .sign(signer.key),
  );

test('a broken or hostile station', async (t) => {
  const centre = await TestCentre.start();
  t.teardown(() => centre.close());
  const connect = (station: string, identity?: Identity) =>
    TestStation.connect({ url: centre.mqttUrl, root: centre.root, station, ...(identity && { identity }) });
  const entry = async (station: string) =>
    (await centre.get('/api/stations')).body.stations.find((each: { station: string }) => each.station === station);

  await t.test('a signed report that says nothing we understand is kept, alarmed and acknowledged', async (t) => {
    const dong = await connect('dai-dong');
    const { id } = (await centre.order()).body;
    await dong.report(1, { outcome: 'accepted', order: { id, rev: 1 } });
    const bad = aReport({ station: 'dai-dong', epoch: dong.epoch, seq: 2, order: { id, rev: 1 } });
    const payload = await signed({ ...bad, outcome: 'aired-twice', evidence: { grade: 'sounded' } }, dong.identity);
    await dong.publish('report', payload);
    await dong.report(3, { outcome: 'cancelled', order: { id, rev: 1 } });
    await dong.acknowledged(3);

    const { reports, unreadable } = (await centre.get('/api/reports?station=dai-dong')).body;
    t.same(
      reports.map((report: { seq: number }) => report.seq),
      [1, 3],
    );
    t.match(unreadable, [{ station: 'dai-dong', epoch: dong.epoch, seq: 2, signed: Buffer.from(payload).toString() }]);
    t.match(await entry('dai-dong'), { suspicions: { 'unreadable-report': { severity: 'critical' } } });
    const order = (await centre.get(`/api/orders/${id}`)).body;
    t.match(order.stations[0], { station: 'dai-dong', outcome: 'cancelled' }, 'the order can still be looked at');
    await dong.close();
  });

  await t.test('a signed report without a number cannot be acknowledged and is alarmed', async (t) => {
    const tien = await connect('tan-tien');
    await tien.publish('report', await signed({ station: 'tan-tien', seq: 'one' }, tien.identity));
    await tien.publish('report', await signed({ ...aReport(), station: 'dai-dong', outcome: 'x' }, tien.identity));
    await tien.report(1);
    await tien.acknowledged(1);
    t.match(await entry('tan-tien'), { suspicions: { 'unreadable-report': {}, 'forged-report': {} } });
    await tien.close();
  });

  await t.test('a number that was used for something else loses nothing', async (t) => {
    const lac = await connect('yen-lac');
    await lac.report(1, { outcome: 'aired' });
    await lac.acknowledged(1);
    const again = await lac.report(1, { at: '2026-11-20T09:00:00.000Z' });
    const [kept] = await until('the second report', async () => {
      const { unreadable } = (await centre.get('/api/reports?station=yen-lac')).body;
      return unreadable.length > 0 ? unreadable : undefined;
    });
    t.match(kept, { epoch: lac.epoch, seq: 1, reason: 'number-reused', signed: Buffer.from(again).toString() });
    t.match(await entry('yen-lac'), { suspicions: { 'number-reused': {} } });
    await lac.close();
  });

  await t.test('whatever a station says of itself, the centre starts again and knows its key', async (t) => {
    const identity = await makeIdentity('tam-dao');
    const dao = await connect('tam-dao', identity);
    const long = (letter: string) => letter.repeat(64);
    const zones = Array.from({ length: 64 }, (_, at) => ({
      zone: `z${at}`,
      name: '🔊'.repeat(50),
      tags: Array.from({ length: 10 }, (_, tag) => `${long('t').slice(4)}${tag}`),
      languages: ['vi'],
    }));
    await dao.publish('birth', encodeBirth({ ...birth, station: 'tam-dao', key: identity.publicKey, zones }), true);
    await dao.publish('health', encodeHealth(health));
    for (const name of ['controller', 'amplifier', 'relay', 'tamper', 'disk', 'clock'] as const) {
      const payload = encodeAlarm({ ...alarm, detail: 'đ'.repeat(2_000) });
      await dao.client.publishAsync(topics.alarm(TestCentre.id, 'tam-dao', name), Buffer.from(payload), { qos: 1 });
    }
    // Complaints about it are cut where a character of two units may stand.
    for (const shift of ['', 'x']) {
      const odd = `${shift}${'🔊'.repeat(60)}`;
      await dao.publish('report', await signed({ outcome: odd, clock: odd, refusal: { code: odd } }, identity));
    }
    await dao.report(1);
    await dao.acknowledged(1);
    await dao.close();
    await centre.stop();
    await centre.open();
    const known = await entry('tam-dao');
    t.match(known, { key: identity.publicKey, birth: { zones: { length: 64 } } });
  });

  await t.test('a stranger under its name changes nothing that is known of it', async (t) => {
    const stranger = await connect('tam-dao');
    await until('the alarm', async () => (await entry('tam-dao')).suspicions['key-differs']);
    const known = await entry('tam-dao');
    t.equal(known.birth.zones.length, 64);
    t.equal(known.offeredKey, stranger.identity.publicKey);
    await stranger.close();
  });

  await t.test('an alarm that ended while nobody listened does not stand for ever', async (t) => {
    const dong = await connect('lap-thach');
    const topic = topics.alarm(TestCentre.id, 'lap-thach', 'disk');
    await dong.client.publishAsync(topic, Buffer.from(encodeAlarm(alarm)), { qos: 1, retain: true });
    await until('the alarm', async () => (await entry('lap-thach'))?.alarms.disk);
    // A station says birth, state, then what stands: of a new connection nothing stood before.
    await dong.publish('state', encodeState({ state: 'online', boot: 'c'.repeat(32), connection: 1 }), true);
    await until('its end', async () => (await entry('lap-thach')).alarms.disk === undefined);
    t.same((await entry('lap-thach')).alarms, {});
    await dong.close();
  });
});
