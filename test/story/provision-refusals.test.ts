import { chown, mkdir } from 'node:fs/promises';
import { SerialPort } from 'serialport';
import { type Test, test } from 'tap';
import { encodeFrame, parseFrame } from '../../agent/hardware/sc1/frame.ts';
import { findControllers } from '../../agent/provision/find-controller.ts';
import { Board, boardZones, findingOf, type Provisioned, zonesOf } from '../support/board.ts';
import { Story } from '../support/story.ts';

const NOBODY = 65_534;

async function refusedController(t: Test, board: Board, flags: readonly string[], state: string, remedy: RegExp) {
  const { code, record, stderr } = await board.run([...board.places, ...flags]);
  t.equal(code, 1, stderr);
  t.match(findingOf(record, 'controller'), { code: 'controller-none', ports: [{ state }] });
  t.match(findingOf(record, 'airing'), { code: 'not-reached' });
  t.match(stderr, remedy);
  t.match(stderr, /CHƯA ĐẠT/);
}

/** Another answer to SENS. */
const withSenses = (change: (senses: readonly string[]) => readonly string[]) => (reply: string) => {
  const parsed = parseFrame(reply);
  // Three relays: SENS is the only answer of eight fields.
  if (!parsed.ok || parsed.frame.kind !== 'reply' || parsed.frame.data.length !== 8) return [reply];
  return [encodeFrame({ ...parsed.frame, data: change(parsed.frame.data) })];
};

test('a controller that cannot be found is told with the reason at each port', async (t) => {
  const board = await Board.inCabinet(t);
  const { line, faults } = board.station.controller;
  const path = line.replace('serial:', '');

  await t.test('no such port', (t) =>
    refusedController(t, board, ['--line', 'serial:/dev/ttyUSB99'], 'missing', /Kiểm tra tên cổng/),
  );

  await t.test('a port that another program holds', async (t) => {
    const port = new SerialPort({ path, baudRate: 115_200, autoOpen: false });
    await new Promise<void>((resolve, reject) => port.open((error) => (error ? reject(error) : resolve())));
    await refusedController(t, board, ['--line', line], 'busy', /systemctl stop loa-agent/);
    await new Promise<void>((resolve) => port.close(() => resolve()));
  });

  await t.test('a port that nobody answers at', async (t) => {
    faults.wedge(true);
    await refusedController(t, board, ['--line', line], 'silent', /đèn nguồn/);
    faults.wedge(false);
  });

  const asNobody = process.getuid?.() === 0 ? {} : { skip: 'only root may become somebody else' };
  await t.test('a port that may not be opened', asNobody, async (t) => {
    const closed = await Board.inCabinet(t, 'tam-dao');
    await mkdir(closed.folder, { recursive: true });
    for (const folder of [closed.station.directory, closed.folder]) await chown(folder, NOBODY, NOBODY);
    const flags = [...closed.places, '--line', closed.station.controller.line];
    const { code, record, stderr } = await closed.run(flags, { uid: NOBODY, gid: NOBODY });
    t.equal(code, 1, stderr);
    t.match(findingOf(record, 'controller'), { code: 'controller-none', ports: [{ state: 'denied' }] });
    t.match(stderr, /sudo loa-agent provision/);
  });

  await t.test('among several ports it is recognised', async (t) => {
    const other = await Board.inCabinet(t, 'dao-tru');
    other.station.controller.faults.wedge(true);
    const lines = [other.station.controller.line, 'serial:/dev/ttyUSB99', line];
    const { found, others } = await findControllers(lines, 115_200, new AbortController().signal);
    t.match(found, [{ line, hello: { serial: 'SIMULATED', relays: 3 } }]);
    t.same(
      others.map(({ state }) => state),
      ['silent', 'missing'],
    );
    t.same([board.closings, board.station.controller.state().amplifierOn], [[0, 0, 0], false], 'nothing was switched');
  });
});

test('what is not answered names its flag', async (t) => {
  const board = await Board.inCabinet(t);
  const without = await board.provision();
  t.equal(without.code, 2);
  t.match(without.stderr, /--centre/);
  const wrong = await board.provision('--zone', 'thon-1');
  t.equal(wrong.code, 2);
  t.match(wrong.stderr, /CỤM=RƠ-LE/);
});

test('every wrong answer has its words, and what was right is kept', async (t) => {
  const story = await Story.begin();
  t.teardown(() => story.close());
  const board = await Board.inCabinet(t);
  const { faults } = board.station.controller;
  const right = await story.code('dai-dong', boardZones);
  const enrol = (code: string) => board.provision('--no-airing', '--centre', story.centre.httpUrl, '--code', code);
  const zone = (result: Provisioned, id: string) => zonesOf(result.record).find((each) => each.zone === id);

  await t.test('a code of nobody, and one that is none', async (t) => {
    const swapped = `${right.startsWith('0') ? '1' : '0'}${right.slice(1)}`;
    const wrong = await enrol(swapped);
    t.equal(wrong.code, 1);
    t.match(findingOf(wrong.record, 'enrolment'), { fault: 'refused', detail: 'wrong-code' });
    t.match(wrong.stderr, /xin mã mới/);
    t.match(findingOf((await enrol('ABCD')).record, 'enrolment'), { fault: 'code-unreadable' });
    const elsewhere = await enrol(`${right.slice(0, -1)}${right.endsWith('0') ? '1' : '0'}`);
    t.match(findingOf(elsewhere.record, 'enrolment'), { fault: 'not-this-centre' });
    t.same(board.closings, [0, 0, 0], 'nothing sounded');
  });

  await t.test('a sound card that is taken', async (t) => {
    await board.station.loudspeaker.player.setBusy(true);
    const busy = await enrol(right);
    t.match(findingOf(busy.record, 'sound'), { code: 'sound-failed', detail: /busy/ });
    await board.station.loudspeaker.player.setBusy(false);
  });

  await t.test('a zone that was not heard', async (t) => {
    const unheard = await board.provision('--no-airing', '--not-heard', 'thon-2', '--heard', 'thon-1');
    t.equal(unheard.code, 1);
    t.same(
      zonesOf(unheard.record).map(({ verdict }) => verdict),
      ['heard', 'unheard', 'measured'],
    );
    t.match(unheard.stderr, /không nghe thấy/);
  });

  await t.test('a relay that sticks; only the zone that failed is played again', async (t) => {
    faults.stick(2, 'open');
    const stuck = await board.provision('--no-airing');
    t.equal(stuck.code, 1);
    t.match(zone(stuck, 'thon-2'), { verdict: 'relay', code: 'readback-differs' });
    t.same([board.closings[0], board.closings[2]], [1, 1]);
    faults.stick(2, undefined);
  });

  await t.test('an amplifier with a fault, one without a signal, a line without current', async (t) => {
    faults.amplifierFault(true);
    t.match(zone(await board.provision('--no-airing'), 'thon-2'), { verdict: 'failed', code: 'amplifier-fault' });
    faults.amplifierFault(false);
    faults.rewriteReplies(withSenses((senses) => ['-120', '-120', ...senses.slice(2)]));
    t.match(zone(await board.provision('--no-airing', '--heard', 'all'), 'thon-2'), { verdict: 'silent' });
    faults.rewriteReplies(withSenses((senses) => [...senses.slice(0, 5), '0', '0', '0']));
    t.match(zone(await board.provision('--no-airing'), 'thon-2'), { verdict: 'no-load', currentA: 0 });
    faults.rewriteReplies(undefined);
  });

  await t.test('two zones on one relay, and a relay that is not there', async (t) => {
    const taken = await board.provision('--no-airing', '--zone', 'thon-2=1');
    t.match(zone(taken, 'thon-2'), { verdict: 'failed', code: 'relay-taken' });
    t.match(findingOf(taken.record, 'configuration'), { code: 'configuration-bad' });
    const absent = await board.provision('--no-airing', '--zone', 'thon-2=9');
    t.match(zone(absent, 'thon-2'), { verdict: 'failed', code: 'no-such-relay' });
  });

  await t.test('no order of the centre came', async (t) => {
    const waited = await board.provision('--wait', '1');
    t.equal(waited.code, 1);
    t.match(findingOf(waited.record, 'airing'), { code: 'airing-none', seconds: 1 });
    t.match(waited.stderr, /Gọi trung tâm/);
  });
});
