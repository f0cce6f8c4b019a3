import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'tap';
import { Board, boardZones, findingOf, zonesOf } from '../support/board.ts';
import { Story } from '../support/story.ts';
import { until } from '../support/until.ts';

test('from an empty board to a proven first airing in one command, and again without a code', async (t) => {
  const story = await Story.begin();
  t.teardown(() => story.close());
  const board = await Board.inCabinet(t);
  const { station } = board;
  const code = await story.code('dai-dong', boardZones);
  const programme = await story.programme(2);
  // As an operator does who sees the new station come.
  const first = async () => {
    await story.online('dai-dong');
    return story.order(programme, { to: { stations: ['dai-dong'] }, status: 'test', zones: ['thon-2'] });
  };
  const [{ code: exit, record, stderr }, order] = await Promise.all([
    board.provision('--centre', story.centre.httpUrl, '--code', code),
    first(),
  ]);
  t.equal(exit, 0, stderr);
  t.match(record, { accepted: true, station: { id: 'dai-dong', centre: 'vinh-phuc' }, by: 'Nguyễn Văn A' });
  t.same(
    zonesOf(record).map(({ zone, relay, verdict, keyed }) => [zone, relay, verdict, keyed]),
    boardZones.map(({ id }, at) => [id, at + 1, 'measured', 'sensed']),
  );
  t.match(findingOf(record, 'airing'), { code: 'airing-ok', grade: 'sounded', zones: ['thon-2'] });
  t.match(await story.outcome(order, 'dai-dong'), { outcome: 'aired', evidence: { grade: 'sounded' } });
  t.ok((await story.heard(station, 'thon-2', programme)) > 0.9, 'the order was heard');
  t.ok(board.allOpen);
  const records = join(board.folder, 'records');
  const files = await readdir(records);
  t.match(await readFile(join(records, files.find((name) => name.endsWith('.html')) ?? ''), 'utf8'), /ĐẠT/);

  await t.test('done again: nothing sounds, no code is used, the configuration stays', async (t) => {
    const before = [board.closings, await readFile(board.config, 'utf8')];
    const again = await board.provision();
    t.equal(again.code, 0, again.stderr);
    t.same([board.closings, await readFile(board.config, 'utf8')], before);
    t.match(findingOf(again.record, 'enrolment'), { code: 'enrolled-before' });
    t.match(findingOf(again.record, 'configuration'), { code: 'configuration-kept' });
    t.match(findingOf(again.record, 'airing'), { code: 'airing-ok' });
  });

  await t.test('a station that was revoked is told so', async (t) => {
    await story.post('/api/stations/dai-dong/revoke', {});
    const revoked = await board.provision();
    t.equal(revoked.code, 1);
    t.match(findingOf(revoked.record, 'broker'), { code: 'broker-failed', why: 'refused' });
    t.match(revoked.stderr, /thu hồi/);
  });
});

test('killed at any moment it leaves relays open, and goes on where it stopped', async (t) => {
  const story = await Story.begin();
  t.teardown(() => story.close());
  const board = await Board.inCabinet(t);
  const code = await story.code('dai-dong', boardZones);
  const centre = ['--centre', story.centre.httpUrl, '--code', code, '--no-airing'];
  const killed = board.provision(...centre);
  await until('the second zone to sound', () => board.closings[1] === 1);
  board.process?.kill('SIGKILL');
  t.equal((await killed).code, null);
  await until('the lease to lapse', () => board.allOpen);

  await t.test('Ctrl-C opens them at once', async (t) => {
    const interrupted = board.provision(...centre);
    await until('the second zone to sound again', () => board.closings[1] === 2);
    board.process?.kill('SIGINT');
    const { code, stderr } = await interrupted;
    t.equal(code, 130);
    t.match(stderr, /các rơ-le đã nhả/);
    t.ok(board.allOpen);
  });

  await t.test('the code is used up, and is not needed any more; the first zone is not played again', async (t) => {
    const { code, record, stderr } = await board.provision(...centre);
    t.equal(code, 0, stderr);
    t.match(findingOf(record, 'enrolment'), { code: 'enrolled-before', station: 'dai-dong' });
    t.same(board.closings, [1, 3, 1]);
    t.match(findingOf(record, 'airing'), { code: 'airing-skipped' });
  });
});
