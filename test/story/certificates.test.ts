import { X509Certificate } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'tap';
import { enrol } from '../../agent/enrol/enrol.ts';
import { loadAuthority } from '../../broker/keys/key-store.ts';
import { importPublicKey } from '../../protocol/keys.ts';
import type { Report } from '../../protocol/report.ts';
import { identityIn } from '../../simulator/station/enrol-station.ts';
import { Story } from '../support/story.ts';
import { until } from '../support/until.ts';

const DAY_S = 86_400;

test('[P-108] a station renews its certificate before it ends, and connects with the new one', async (t) => {
  const story = await Story.begin();
  t.teardown(() => story.close());
  const station = await story.station({ station: 'dai-dong', transport: 'tcp' });
  await station.agent.kill();

  const { certificate: path } = identityIn(station.directory);
  const key = JSON.parse(await readFile(join(station.directory, 'state', 'station-key.json'), 'utf8')) as { x: string };
  const authority = await loadAuthority(story.centreData);
  const owner = { id: 'dai-dong', role: 'station' } as const;
  const ending = await authority.issueClient(owner, await importPublicKey(key.x), 15 / DAY_S);
  await writeFile(path, ending.certificate);
  await station.agent.start();
  await until('the new certificate', async () => {
    const { validTo } = new X509Certificate(await readFile(path, 'utf8'));
    return Date.parse(validTo) - Date.now() > 600 * DAY_S * 1_000;
  });
  await until('the end of the old one', () => Date.now() > Date.parse(ending.expiresAt));
  await story.restartCentre();
  await story.online('dai-dong');
  t.pass('online again');
});

test('[P-90] a board that takes the place of another keeps the history, and the other is cut off', async (t) => {
  const story = await Story.begin();
  t.teardown(() => story.close());
  const programme = await story.programme(1);
  const old = await story.station({ station: 'dai-dong', transport: 'tcp' });
  const order = await story.order(programme, { to: { stations: ['dai-dong'] } });
  t.match(await story.outcome(order, 'dai-dong'), { outcome: 'aired' });
  const history = async () => ((await story.get('/api/reports?station=dai-dong')) as { reports: Report[] }).reports;
  const before = await history();

  const directory = join(story.folder, 'replacement');
  const code = await story.code('dai-dong', [{ id: 'loa', name: 'Loa' }]);
  const [state, config] = [join(directory, 'state'), join(directory, 'enrolled.toml')];
  await enrol({ centre: story.centre.httpUrl, code, config, state, line: 'tcp://127.0.0.1:1' });
  await until('the old board to be refused', async () =>
    /Not authorized/.test(await readFile(join(old.directory, 'agent.log'), 'utf8')),
  );
  const board = await story.station({
    station: 'dai-dong',
    transport: 'tcp',
    directory,
    identity: identityIn(directory),
  });
  t.teardown(() => old.close());
  const next = await story.order(programme, { to: { stations: ['dai-dong'] } });
  t.match(await story.outcome(next, 'dai-dong'), { outcome: 'aired' });
  const after = await history();
  t.same(after.slice(0, before.length), before, 'what the board before it reported stays');
  t.equal((await story.reports(order, 'dai-dong')).filter(({ outcome }) => outcome === 'airing').length, 1);
  t.equal(await story.heard(board, 'thon-1', programme).then((likeness) => likeness > 0.9), true);
});
