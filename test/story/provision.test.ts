import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'tap';
import { systemClock } from '../../agent/clock/clock.ts';
import { isTurnedAway } from '../../agent/provision/broker-check.ts';
import { enrolmentStep } from '../../agent/provision/enrolment-step.ts';
import { Judge } from '../../agent/provision/judge.ts';
import { plainScreen } from '../../agent/provision/plain-screen.ts';
import { english } from '../../agent/provision/words-en.ts';
import type { EnrolmentAnswer } from '../../protocol/enrolment.ts';
import { Board, boardZones, findingOf, zonesOf } from '../support/board.ts';
import { scripted } from '../support/scripted-person.ts';
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

  await t.test('a new code enrols it anew; what was aired before proves nothing of it', async (t) => {
    const renewed = ['--centre', story.centre.httpUrl, '--code', await story.code('dai-dong', boardZones)];
    const enrolled = await board.provision(...renewed, '--no-airing');
    t.equal(enrolled.code, 0, enrolled.stderr);
    t.match(findingOf(enrolled.record, 'enrolment'), { code: 'enrolled', station: 'dai-dong' });
    t.match(findingOf(enrolled.record, 'airing'), { code: 'airing-skipped' });
    const again = await board.provision(...renewed, '--no-airing');
    t.equal(again.code, 0, again.stderr);
    t.match(findingOf(again.record, 'enrolment'), { code: 'enrolled-before' });
  });

  await t.test('asked step by step, whom the broker turns away is offered a new code', async (t) => {
    await story.post('/api/stations/dai-dong/revoke', {});
    const wrong = await story.code('dai-dong', boardZones);
    const right = await story.code('dao-tru', boardZones);
    const screen = plainScreen(() => {});
    const answers = [
      'yes',
      story.centre.httpUrl,
      `${wrong.startsWith('0') ? '1' : '0'}${wrong.slice(1)}`,
      'again',
      '',
      right,
    ];
    const person = scripted(answers);
    const judge = new Judge({ person, screen, words: english, signal: new AbortController().signal });
    const step = {
      ...{ judge, person, screen, words: english, flags: { state: board.state, centre: undefined, code: undefined } },
      isRefused: (known: EnrolmentAnswer) => isTurnedAway(known, board.state, systemClock),
    };
    t.match(await enrolmentStep(step), { plan: { station: 'dao-tru' } });
    t.match(person.asked[0], /Enter a new code/);
    t.equal((await enrolmentStep({ ...step, person: scripted([]) })).plan.station, 'dao-tru', 'not asked any more');
    const again = await board.provision('--no-airing');
    t.equal(again.code, 0, again.stderr);
    t.match(again.record, { station: { id: 'dao-tru' } });
    t.match(await readFile(board.config, 'utf8'), /^station = "dao-tru"$/m);
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
