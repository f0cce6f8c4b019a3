import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { test } from 'tap';
import { certificateRequest } from '../../agent/enrol/certificate.ts';
import { openStationKey } from '../../agent/report/station-key.ts';
import { parseCode } from '../../protocol/enrolment.ts';
import { TestCentre } from './support/test-centre.ts';

test('[P-120] what comes above the limit is refused unread', async (t) => {
  const centre = await TestCentre.start();
  t.teardown(() => centre.close());
  const ask = async (body: string) => {
    const response = await fetch(`${centre.httpUrl}/enrol`, { method: 'POST', body });
    const { refusal } = (await response.json()) as { refusal?: { code: string } };
    return { status: response.status, code: refusal?.code, connection: response.headers.get('connection') };
  };

  await t.test('codes that are right are not counted, however many boards are behind one address', async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'loa-board-'));
    t.teardown(() => rm(folder, { recursive: true, force: true }));
    const request = await certificateRequest(await openStationKey(folder, 'station'));
    const zones = [{ id: 'thon-1', name: 'Thôn 1' }];
    const stations = Array.from({ length: 15 }, (_, n) => ({ station: `dai-${n}`, name: `Đài ${n}`, zones }));
    const { codes } = (await centre.post('/api/stations', { stations })).body;
    for (const { code } of codes) {
      t.match(await ask(JSON.stringify({ secret: parseCode(code)?.secret, request })), { status: 200 });
    }
  });

  await t.test('requests that are none count as wrong codes', async (t) => {
    const malformed = ['{', '{}', '[]', JSON.stringify({ secret: 'SHORT', request: '-----BEGIN x' })];
    for (let n = 0; n < 10; n++) t.match(await ask(malformed[n % 4] ?? ''), { status: 422 });
    t.same(await ask('{}'), { status: 429, code: 'busy', connection: 'close' });
  });

  await t.test('nothing of the body is waited for, and the connection ends', async (t) => {
    const { port, hostname } = new URL(centre.httpUrl);
    const socket = connect(Number(port), hostname);
    await once(socket, 'connect');
    socket.write('POST /enrol HTTP/1.1\r\nHost: x\r\nContent-Length: 60000\r\n\r\n');
    t.match(await text(socket), /^HTTP\/1\.1 429 .*"busy"/s);
  });

  await t.test('a flood is no flood of lines', async (t) => {
    const answers = await Promise.all(Array.from({ length: 200 }, () => ask('{}')));
    t.ok(answers.filter(({ code }) => code === 'busy').length > 190, 'one a minute may pass');
    const lines = centre.logged('enrolment-refused').filter(({ fields }) => fields.code === 'busy');
    t.ok(lines.length > 0 && lines.length < 100, `${lines.length} lines`);
  });
});
