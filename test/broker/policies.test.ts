import { test } from 'tap';
import * as v from 'valibot';
import { openDatabase } from '../../broker/database/open.ts';
import { storePolicy } from '../../broker/policies/store.ts';
import { policySchema } from '../../protocol/policy.ts';
import { until } from '../support/until.ts';
import { TestCentre } from './support/test-centre.ts';
import { TestStation } from './support/test-station.ts';

const quiet = { quietHours: [{ from: '21:30', to: '05:00' }] };
const quota = { dailyMinutes: 60 };

test('policies of the centre', async (t) => {
  const centre = await TestCentre.start();
  t.teardown(() => centre.close());
  const connect = (station: string) => TestStation.connect({ url: centre.mqttUrl, root: centre.root, station });
  const online = (station: string) =>
    until(station, async () =>
      (await centre.get('/api/stations')).body.stations.find(
        (each: { station: string; state: string }) => each.station === station && each.state === 'online',
      ),
    );
  const dong = await connect('dai-dong');
  t.teardown(() => dong.close());
  await online('dai-dong');

  await t.test('nothing is set at first, and nothing is sent', async (t) => {
    t.same((await centre.get('/api/policy')).body, { policies: {}, stations: 1, waiting: [] });
    t.same((await centre.get('/api/stations/dai-dong/policy')).body.policies, {});
    t.same(await dong.configurations(), []);
  });

  await t.test('a change is pushed at once, to whom it concerns, under a later version', async (t) => {
    const tien = await connect('tan-tien');
    t.teardown(() => tien.close());
    await online('tan-tien');
    const { status, body } = await centre.post('/api/policy', { policy: quiet });
    t.equal(status, 200);
    t.match(body, { policies: { all: quiet }, stations: 2, waiting: ['dai-dong', 'tan-tien'] });
    for (const station of [dong, tien])
      t.match(await station.configuration(body.version), { policies: { all: quiet } });
    const own = (await centre.post('/api/stations/dai-dong/policy', { policy: quota })).body;
    t.ok(own.version > body.version);
    t.match(await dong.configuration(own.version), {
      station: 'dai-dong',
      policies: { all: quiet, station: quota },
    });
    t.equal((await tien.configurations()).length, 1, 'it does not concern the other station');
    await dong.bear([], own.version);
    await until('it to be kept', async () => {
      const { waiting } = (await centre.get('/api/stations/dai-dong/policy')).body;
      return waiting.length === 0;
    });
  });

  await t.test('[P-76] whoever was away, or lost it, gets it when he says which version he keeps to', async (t) => {
    const { version } = (await centre.get('/api/policy')).body;
    const late = await connect('dao-tru');
    t.teardown(() => late.close());
    t.match(await late.configuration(version), { station: 'dao-tru', policies: { all: quiet } });
    const before = (await dong.configurations()).length;
    await dong.bear([], version);
    await until('once more', async () => (await dong.configurations()).length > before);
    t.match((await dong.configurations()).at(-1), { policies: { station: quota } });
  });

  await t.test('every bad field is named, and nothing is set', async (t) => {
    const before = (await centre.get('/api/stations/dai-dong/policy')).body;
    const bad = {
      quietHours: [{ from: '25:00' }],
      dailyMinutes: -1,
      volumeCeilings: [{ percent: 101, zones: [] }],
      timeZone: 'Mars/Olympus',
      curfew: true,
    };
    const { status, body } = await centre.post('/api/stations/dai-dong/policy', { policy: bad });
    t.equal(status, 422);
    t.same(body.refusal.fields.map(({ path }: { path: string }) => path).sort(), [
      'policy.curfew',
      'policy.dailyMinutes',
      'policy.quietHours.0.from',
      'policy.quietHours.0.to',
      'policy.timeZone',
      'policy.volumeCeilings.0.percent',
      'policy.volumeCeilings.0.zones',
    ]);
    const cases: [string, unknown, string][] = [
      ['/api/stations/dai-dong/policy', {}, 'invalid-fields'],
      ['/api/stations/dai-dong/policy', { policy: {}, more: 1 }, 'invalid-fields'],
      ['/api/stations/nowhere/policy', { policy: {} }, 'unknown-station'],
      [
        '/api/stations/dai-dong/policy',
        { policy: { volumeCeilings: [{ percent: 1, zones: ['thon-9'] }] } },
        'unknown-zone',
      ],
    ];
    for (const [path, content, code] of cases) {
      t.match(await centre.post(path, content), { status: 422, body: { refusal: { code } } }, code);
    }
    const many = Array.from({ length: 64 }, (_, at) => `${at}-${'x'.repeat(60)}`);
    const huge = { volumeCeilings: Array.from({ length: 10 }, () => ({ percent: 1, zones: many })) };
    t.match(await centre.post('/api/policy', { policy: huge }), {
      status: 413,
      body: { refusal: { code: 'too-large' } },
    });
    t.same((await centre.get('/api/stations/dai-dong/policy')).body, before);
    t.match(
      await centre.post('/api/stations/dai-dong/policy', {
        policy: { volumeCeilings: [{ percent: 40, zones: ['village'] }] },
      }),
      { status: 200 },
      'a tag names zones too',
    );
  });

  await t.test('what is cleared is told like what is set; both outlive the centre', async (t) => {
    const { version } = (await centre.post('/api/stations/dai-dong/policy', { policy: null })).body;
    const told = await dong.configuration(version);
    t.same(Object.keys(told.policies), ['all']);
    await dong.close();
    await centre.stop();
    await centre.open();
    const again = await connect('dai-dong');
    t.teardown(() => again.close());
    t.same(await again.configuration(version), told, 'the same version, in the same words');
  });
});

test('a database put back from an old copy numbers its changes above what stations have seen', async (t) => {
  const database = await openDatabase({
    directory: `${t.testdir()}/database`,
    url: undefined,
    centre: 'vinh-phuc',
    log: () => {},
  });
  t.teardown(() => database.close());
  const policy = v.parse(policySchema, quiet);
  const first = await storePolicy(database, 'all/', policy);
  const both = await Promise.all([storePolicy(database, 'dai-dong', policy), storePolicy(database, 'all/', undefined)]);
  t.equal(new Set([first, ...both].map(({ version }) => version)).size, 3, 'no number twice');
  await database.query('update policies set version = 1');
  const next = await storePolicy(database, 'dai-dong', policy);
  t.ok(next.version >= first.version, `${next.version} after ${first.version}`);
});
