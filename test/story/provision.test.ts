import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'tap';
import type { AcceptanceRecord, Finding, PointName } from '../../agent/provision/record.ts';
import { Board } from '../support/board.ts';
import { Story } from '../support/story.ts';

const finding = ({ points }: AcceptanceRecord, name: PointName): Finding | undefined =>
  points.find(({ point }) => point === name)?.finding;

test('from an empty board to a verified first airing in one command', async (t) => {
  const story = await Story.begin();
  t.teardown(() => story.close());
  const board = await Board.inCabinet(story, 'dai-dong');
  const code = await board.code();
  const programme = await story.programme(2);
  const provisioned = board.provision('--by', 'Nguyễn Văn A', '--centre', story.centre.httpUrl, '--code', code);
  // As an operator does who sees the new station come.
  const first = async () => {
    await story.online('dai-dong');
    return story.order(programme, { to: { stations: ['dai-dong'] }, status: 'test', zones: ['thon-2'] });
  };
  const [{ code: exit, record, stderr }, order] = await Promise.all([provisioned, first()]);
  t.equal(exit, 0, stderr);
  t.match(record, { accepted: true, station: { id: 'dai-dong', centre: 'vinh-phuc' }, by: 'Nguyễn Văn A' });
  t.match(finding(record, 'airing'), { code: 'airing-ok', grade: 'sounded', zones: ['thon-2'] });
  t.match(await story.outcome(order, 'dai-dong'), { outcome: 'aired', evidence: { grade: 'sounded' } });
  t.ok((await story.heard(board.station, 'thon-2', programme)) > 0.9, 'the order was heard');
  t.same(board.station.controller.state().closed, [false, false, false]);
  const files = await readdir(join(board.folder, 'records'));
  const page = await readFile(
    join(board.folder, 'records', files.find((name) => name.endsWith('.html')) ?? ''),
    'utf8',
  );
  t.match(page, /ĐẠT/);
});
