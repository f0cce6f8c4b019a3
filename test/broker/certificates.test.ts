import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { Agent } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer as createTlsServer, connect as tlsConnect } from 'node:tls';
import mqtt, { type IClientOptions, type MqttClient } from 'mqtt';
import fetch from 'node-fetch';
import { type Test, test } from 'tap';
import { askCentre } from '../../agent/enrol/ask-centre.ts';
import { certificateRequest } from '../../agent/enrol/certificate.ts';
import { openStationKey, type StationKey } from '../../agent/report/station-key.ts';
import { Authority } from '../../broker/authority/authority.ts';
import { openDatabase } from '../../broker/database/open.ts';
import { loadAuthority } from '../../broker/keys/key-store.ts';
import { silentLog } from '../../broker/log.ts';
import { type EnrolmentAnswer, parseCode } from '../../protocol/enrolment.ts';
import { topics } from '../../protocol/topics.ts';
import { callSecurely, TestCentre } from './support/test-centre.ts';

const id = TestCentre.id;
const plan = (station: string) => ({ station, name: `Đài ${station}`, zones: [{ id: 'thon-1', name: 'Thôn 1' }] });

/** A centre that speaks TLS alone, and boards that have keys of their own. */
class Bench {
  readonly centre: TestCentre;
  readonly authority: Authority;
  readonly #t: Test;

  private constructor(t: Test, centre: TestCentre, authority: Authority) {
    this.#t = t;
    this.centre = centre;
    this.authority = authority;
  }

  static async start(t: Test): Promise<Bench> {
    const centre = await TestCentre.start({ plain: false });
    t.teardown(() => centre.close());
    return new Bench(t, centre, await loadAuthority(centre.data));
  }

  async board(): Promise<StationKey> {
    const folder = await mkdtemp(join(tmpdir(), 'loa-board-'));
    this.#t.teardown(() => rm(folder, { recursive: true, force: true }));
    return openStationKey(folder, 'station');
  }

  async code(station: string): Promise<string> {
    const { body } = await this.post('/api/stations', { stations: [plan(station)] });
    return body.codes[0].code;
  }

  post(path: string, body: unknown = {}) {
    return callSecurely(this.centre.data, this.centre.httpUrl, path, body);
  }

  async enrol(key: StationKey, code: string): Promise<EnrolmentAnswer> {
    const parsed = parseCode(code);
    if (parsed === undefined) throw new Error(`${code} is no code`);
    return askCentre(this.centre.httpUrl, parsed, await certificateRequest(key));
  }

  /** Rejects when the broker refuses. */
  async connect(key: StationKey, certificate: string, more: IClientOptions = {}): Promise<MqttClient> {
    const client = await mqtt.connectAsync(
      this.centre.mqttUrl,
      {
        ...{ clean: true, reconnectPeriod: 0, protocolVersion: 4, connectTimeout: 30_000 },
        ...{ key: key.pem, cert: certificate, ca: this.authority.certificate },
        ...more,
      },
      false,
    );
    this.#t.teardown(() => client.endAsync(true));
    return client;
  }
}

const ended = (client: MqttClient): Promise<void> => new Promise((resolve) => client.once('close', () => resolve()));

test('only whoever the centre has certified is let in, and as nobody else', async (t) => {
  const bench = await Bench.start(t);
  const key = await bench.board();
  const { certificate } = await bench.enrol(key, await bench.code('dai-dong'));

  await t.test('as itself', async (t) => {
    const client = await bench.connect(key, certificate, { clientId: 'dai-dong' });
    const granted = await client.subscribeAsync(topics.to(id, 'dai-dong', '+' as 'order'), { qos: 1 });
    t.equal(granted[0]?.qos, 1);
    await client.endAsync();
  });

  await t.test('not under another name, and not without a certificate', async (t) => {
    await t.rejects(bench.connect(key, certificate, { clientId: 'dao-tru' }), /Not authorized/);
    await t.rejects(
      mqtt.connectAsync(bench.centre.mqttUrl, { reconnectPeriod: 0, ca: bench.authority.certificate }, false),
    );
    const plain = bench.centre.mqttUrl.replace('mqtts:', 'mqtt:');
    await t.rejects(
      mqtt.connectAsync(plain, { clientId: 'dai-dong', reconnectPeriod: 0, connectTimeout: 2_000 }, false),
    );
  });

  await t.test('not with a certificate of somebody else, one for a server, or an older TLS', async (t) => {
    const imposter = await Authority.load(await Authority.create(id));
    const forged = await imposter.issueClient({ id: 'dai-dong', role: 'station' }, key.publicCryptoKey);
    await t.rejects(bench.connect(key, forged.certificate, { clientId: 'dai-dong' }));
    const server = await bench.authority.issueServer(['dai-dong']);
    await t.rejects(
      bench.connect({ ...key, pem: server.key }, server.certificate, { clientId: 'dai-dong' }),
      'a certificate that is none for clients',
    );
    const { port } = new URL(bench.centre.mqttUrl);
    const old = tlsConnect({ port: Number(port), ca: bench.authority.certificate, maxVersion: 'TLSv1.2' });
    await t.rejects(once(old, 'secureConnect'), 'TLS 1.2');
    old.destroy();
  });

  await t.test('[P-91] a station is no ordering client, nor the other way round', async (t) => {
    const station = await bench.connect(key, certificate, { clientId: 'dai-dong' });
    await station.publishAsync(topics.in(id, 'dai-dong', 'order'), 'x', { qos: 1 });
    t.equal(bench.centre.logged('publish-refused').length, 1);
    const software = await bench.board();
    const issue = async (name: string) =>
      (await bench.authority.issueClient({ id: name, role: 'client' }, software.publicCryptoKey)).certificate;
    const client = await bench.connect(software, await issue('phan-mem'), { clientId: 'phan-mem' });
    await client.publishAsync(topics.from(id, 'phan-mem', 'report'), 'x', { qos: 1 });
    t.equal(bench.centre.logged('publish-refused').length, 2);
    const granted = await client
      .subscribeAsync(topics.to(id, 'phan-mem', '+' as 'order'), { qos: 1 })
      .catch(() => [{ qos: 128 }]);
    t.equal(granted[0]?.qos, 128);

    await t.rejects(bench.connect(software, await issue('dai-dong'), { clientId: 'dai-dong' }), /Not authorized/);
    t.match(bench.centre.logged('connection-refused').at(-1), { fields: { client: 'dai-dong', reason: /a station/ } });
    await station.publishAsync(topics.from(id, 'dai-dong', 'health'), 'x', { qos: 1 });
    t.equal(station.connected, true, 'the station of that name is not cut off');
  });
});

test('a revoked station is cut off at once and stays out; a board that takes its place is let in', async (t) => {
  const bench = await Bench.start(t);
  const stolen = await bench.board();
  const { certificate } = await bench.enrol(stolen, await bench.code('dai-dong'));
  const session = await bench.connect(stolen, certificate, { clientId: 'dai-dong' });
  const other = await bench.board();
  const neighbour = await bench.enrol(other, await bench.code('dao-tru'));
  const untouched = await bench.connect(other, neighbour.certificate, { clientId: 'dao-tru' });

  const closed = ended(session);
  t.match(await bench.post('/api/stations/dai-dong/revoke'), { status: 200, body: { certificates: 1 } });
  await closed;
  await t.rejects(bench.connect(stolen, certificate, { clientId: 'dai-dong' }), /Not authorized/);
  t.equal(untouched.connected, true);

  const replacement = await bench.board();
  const renewed = await bench.enrol(replacement, await bench.code('dai-dong'));
  const back = await bench.connect(replacement, renewed.certificate, { clientId: 'dai-dong' });
  await t.rejects(bench.connect(stolen, certificate, { clientId: 'dai-dong' }), /Not authorized/);

  await t.test('a revocation voids the code that lies about', async (t) => {
    const open = await bench.code('dao-tru');
    const kept = await bench.code('tam-dao');
    t.match(await bench.post('/api/stations/dao-tru/revoke'), { status: 200, body: { certificates: 1 } });
    await t.rejects(bench.enrol(stolen, open), { code: 'refused', message: 'wrong-code' });
    t.match(await bench.enrol(stolen, kept), { plan: { station: 'tam-dao' } }, 'of that station alone');
  });

  await t.test('enrolling again revokes the board before it, and outlives a restart of the centre', async (t) => {
    const third = await bench.board();
    const cut = ended(back);
    await bench.enrol(third, await bench.code('dai-dong'));
    await cut;
    await bench.centre.stop();
    await bench.centre.open({ plain: false });
    await t.rejects(bench.connect(replacement, renewed.certificate, { clientId: 'dai-dong' }), /Not authorized/);
  });
});

test('a code works once, for its station, and is not to be guessed', async (t) => {
  const bench = await Bench.start(t);
  const key = await bench.board();
  const code = await bench.code('dai-dong');

  await t.test('a bad request does not use it up', async (t) => {
    const secret = parseCode(code)?.secret;
    const request = await certificateRequest(key);
    const bytes = Buffer.from(request.replace(/-----[^-]+-----|\s/g, ''), 'base64');
    bytes.writeUInt8(bytes.readUInt8(bytes.length - 5) ^ 1, bytes.length - 5);
    const label = 'CERTIFICATE REQUEST-----';
    const broken = `-----BEGIN ${label}\n${bytes.toString('base64')}\n-----END ${label}\n`;
    for (const bad of [broken, '-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n']) {
      const answer = await bench.post('/enrol', { secret, request: bad });
      t.match(answer, { status: 422, body: { refusal: { code: 'bad-certificate-request' } } });
    }
    for (const body of [{}, { secret: 5, request }, { secret, request, more: 1 }, [], 'x', { secret, request: '' }]) {
      t.match(await bench.post('/enrol', body), { status: 422, body: { refusal: { code: 'invalid-fields' } } });
    }
  });

  await t.test('two boards with one code: one of them', async (t) => {
    const second = await bench.board();
    const outcomes = await Promise.allSettled([bench.enrol(key, code), bench.enrol(second, code)]);
    t.same(outcomes.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
    await t.rejects(bench.enrol(await bench.board(), code), { code: 'refused', message: 'wrong-code' });
  });

  await t.test('a new code makes the earlier one void', async (t) => {
    const earlier = await bench.code('tam-dao');
    const later = await bench.code('tam-dao');
    await t.rejects(bench.enrol(key, earlier), { code: 'refused', message: 'wrong-code' });
    t.match(await bench.enrol(key, later), { plan: { station: 'tam-dao' } });
  });

  await t.test('[P-120] a guesser is stopped, also one who guesses many at once, and nobody else', async (t) => {
    const request = await certificateRequest(key);
    const wanted = await bench.code('lap-thach');
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, guess) => bench.post('/enrol', { secret: `GUESS${100 + guess}`, request })),
    );
    const codes = answers.map(({ body }) => body.refusal.code);
    t.ok(codes.filter((each) => each === 'wrong-code').length <= 11);
    t.ok(codes.includes('busy'));
    await t.rejects(
      bench.enrol(key, wanted),
      { code: 'refused', message: 'busy' },
      'the right code neither, from there',
    );
    const elsewhere = new Agent({ ca: bench.authority.certificate, localAddress: '127.0.0.9' });
    const body = JSON.stringify({ secret: parseCode(wanted)?.secret, request });
    const response = await fetch(`${bench.centre.httpUrl}/enrol`, { method: 'POST', agent: elsewhere, body });
    t.match(await response.json(), { plan: { station: 'lap-thach' } }, 'from another address');
  });

  await t.test('after seven days a code is none', async (t) => {
    const late = await bench.code('yen-lac');
    const inTime = await bench.code('song-lo');
    const { centre } = bench;
    await centre.stop();
    const database = await openDatabase({ directory: join(centre.data, 'database'), centre: id, log: silentLog });
    const shift = 'update enrolments set expires_at = $2 where station = $1 returning station';
    await database.query(shift, ['yen-lac', new Date(Date.now() - 1_000).toISOString()]);
    await database.close();
    await centre.open({ plain: false });
    await t.rejects(bench.enrol(key, late), { code: 'refused', message: 'wrong-code' });
    t.match(await bench.enrol(key, inTime), { plan: { station: 'song-lo' } });
  });
});

test('[P-90] a board whose answer was lost asks again, with its key and its code', async (t) => {
  const bench = await Bench.start(t);
  const key = await bench.board();
  const [code, other] = [await bench.code('dai-dong'), await bench.code('dao-tru')];
  const { certificate } = await bench.enrol(key, code);
  const neighbour = await bench.board();
  await bench.enrol(neighbour, other);
  const session = await bench.connect(key, certificate, { clientId: 'dai-dong' });

  t.equal((await bench.enrol(key, code)).certificate, certificate, 'the same one');
  const wrong = { code: 'refused', message: 'wrong-code' };
  await t.rejects(bench.enrol(neighbour, code), wrong, 'any other key is too late');
  await session.publishAsync(topics.from(id, 'dai-dong', 'health'), 'x', { qos: 1 });
  t.equal(session.connected, true, 'and nobody was cut off');

  await bench.post('/api/stations/dao-tru/revoke');
  await t.rejects(bench.enrol(neighbour, other), wrong, 'a revocation stands');
  await bench.centre.stop();
  await bench.centre.open({ plain: false });
  t.equal((await bench.enrol(key, code)).certificate, certificate, 'also after a restart of the centre');

  await bench.centre.stop();
  const database = await openDatabase({ directory: join(bench.centre.data, 'database'), centre: id, log: silentLog });
  await database.query('update used_codes set used_at = $1', [new Date(Date.now() - 600_000).toISOString()]);
  await database.close();
  await bench.centre.open({ plain: false });
  await t.rejects(bench.enrol(key, code), wrong, 'ten minutes later');
  t.equal((await bench.enrol(key, await bench.code('dai-dong'))).certificate === certificate, false);
});

test('a board hands its code to its own centre and to nobody else', async (t) => {
  const bench = await Bench.start(t);
  const key = await bench.board();
  const code = parseCode(await bench.code('dai-dong'));
  if (code === undefined) throw new Error('no code');
  const imposter = await Authority.load(await Authority.create(id));
  const { certificate, key: pem } = await imposter.issueServer(['localhost', '127.0.0.1']);
  let heard = 0;
  const server = createTlsServer({ key: pem, cert: `${certificate}\n${imposter.certificate}` }, (socket) => {
    socket.on('data', (chunk) => {
      heard += chunk.byteLength;
    });
    socket.on('error', () => {});
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  const { port } = server.address() as { port: number };
  const request = await certificateRequest(key);
  await t.rejects(askCentre(`https://127.0.0.1:${port}`, code, request), { code: 'not-this-centre' });
  t.equal(heard, 0, 'the imposter heard nothing');

  await t.test('nor to an imposter that shows the true authority without its key', async (t) => {
    const shown = createTlsServer({ key: pem, cert: `${certificate}\n${bench.authority.certificate}` }, (socket) => {
      socket.on('data', (chunk) => {
        heard += chunk.byteLength;
      });
      socket.on('error', () => {});
    });
    shown.listen(0, '127.0.0.1');
    await once(shown, 'listening');
    t.teardown(() => shown.close());
    const at = shown.address() as { port: number };
    await t.rejects(askCentre(`https://127.0.0.1:${at.port}`, code, request));
    t.equal(heard, 0, 'the imposter heard nothing');
  });

  await t.test('nor without TLS', async (t) => {
    await t.rejects(askCentre(bench.centre.httpUrl.replace('https:', 'http:'), code, request), {
      code: 'centre-unreachable',
    });
  });
  t.match(await askCentre(bench.centre.httpUrl, code, request), { centre: id });
});

test('recordings and the API are served by TLS 1.3 alone', async (t) => {
  const bench = await Bench.start(t);
  const { port } = new URL(bench.centre.httpUrl);
  await t.rejects(fetch(`http://127.0.0.1:${port}/`));
  const old = tlsConnect({ port: Number(port), ca: bench.authority.certificate, maxVersion: 'TLSv1.2' });
  await t.rejects(once(old, 'secureConnect'));
  old.destroy();
  const agent = new Agent({ ca: bench.authority.certificate });
  t.equal((await fetch(`${bench.centre.httpUrl}/api/orders`, { agent })).status, 401);
});
