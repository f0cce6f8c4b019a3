import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'tap';
import { certificateRequest } from '../../agent/enrol/certificate.ts';
import { enrol } from '../../agent/enrol/enrol.ts';
import { openStationKey } from '../../agent/report/station-key.ts';
import type { Birth } from '../../protocol/birth.ts';
import { parseCode } from '../../protocol/enrolment.ts';
import { isLast } from '../../protocol/report.ts';
import { Capture } from '../support/capture.ts';
import { freePort } from '../support/free-port.ts';
import { Story } from '../support/story.ts';

const TITLE = 'Mời bà con đến nhà văn hóa thôn lúc bảy giờ tối';
const STATION = 'dai-dong';

type Secrets = Readonly<Record<string, readonly (Uint8Array | string)[]>>;

/** 48 bytes here and there: enough that they stand for nothing else. */
const pieces = (bytes: Uint8Array): Uint8Array[] =>
  [0.1, 0.4, 0.7].map((part) => Math.floor(bytes.byteLength * part)).map((at) => bytes.subarray(at, at + 48));

/** The whole story over two recorded wires; what went over them, and what nobody there may learn. */
async function record(plain: boolean): Promise<{ capture: Capture; secrets: Secrets; birth: Partial<Birth> }> {
  const httpPort = await freePort();
  const capture = new Capture();
  const http = await capture.wire(`${plain ? 'http' : 'https'}://127.0.0.1:${httpPort}`);
  const story = await Story.begin({ plain, httpPort, mediaUrl: http.url });
  const mqtt = await capture.wire(story.centre.mqttUrl);
  try {
    const plan = { station: STATION, name: 'Đài Đại Đồng', zones: [{ id: 'loa', name: 'Loa' }] };
    const { codes } = (await story.post('/api/stations', { stations: [plan] })) as { codes: { code: string }[] };
    const code = codes[0]?.code ?? '';
    const state = join(story.folder, STATION, 'state');
    const secret = parseCode(code)?.secret ?? '';
    if (plain) await enrolInTheOpen(http.url, secret, state);
    else
      await enrol({ centre: http.url, code, config: join(state, 'enrolled.toml'), state, line: 'tcp://127.0.0.1:1' });
    const certificate = join(state, 'certificate.pem');
    const identity = plain ? undefined : { certificate, authority: join(state, 'authority.pem') };
    const station = await story.station({ station: STATION, brokerUrl: mqtt.url, identity });

    const programme = await story.programme(3);
    const order = await story.order(programme, { title: TITLE, to: { stations: [STATION] }, zones: ['thon-1'] });
    const outcome = await story.outcome(order, STATION);
    if (outcome.outcome !== 'aired') throw new Error(`the story did not end well: ${JSON.stringify(outcome)}`);
    await station.close();
    const { stations } = (await story.get('/api/stations')) as { stations: { birth: Partial<Birth> }[] };
    const last = (await story.reports(order, STATION)).find((report) => isLast(report));
    const pcm = Buffer.from(programme.pcm.buffer, programme.pcm.byteOffset, programme.pcm.byteLength);
    return {
      capture,
      birth: stations[0]?.birth ?? {},
      secrets: {
        code: [secret],
        order: [TITLE, order.id, '"programme":[{', `"centre":"vinh-phuc"`],
        report: [last?.epoch ?? '', '"outcome":"aired"', '"grade":"sounded"'],
        recording: [programme.sha256, ...pieces(await readFile(join(story.folder, programme.sha256)))],
        sound: pieces(pcm),
        topics: ['loa/1/vinh-phuc/', `from/${STATION}/report`],
      },
    };
  } finally {
    await Promise.all([http.close(), mqtt.close()]);
    await story.close();
  }
}

/** As a board would that did not insist on TLS. Ours refuses to. */
async function enrolInTheOpen(centre: string, secret: string, state: string): Promise<void> {
  await mkdir(state, { recursive: true });
  const request = await certificateRequest(await openStationKey(state, 'station'));
  const response = await fetch(`${centre}/enrol`, { method: 'POST', body: JSON.stringify({ secret, request }) });
  if (!response.ok) throw new Error(`the centre does not enrol: ${response.status}`);
}

test('nobody on the network learns a code, an order, a report or a recording of a whole story', async (t) => {
  const { capture, secrets } = await record(false);
  t.ok(capture.bytes > 40_000, `${capture.bytes} bytes were recorded`);
  for (const [kind, each] of Object.entries(secrets)) {
    for (const secret of each) t.notOk(capture.holds(secret), `${kind}: ${show(secret)}`);
  }
});

test('without TLS the same search finds all of it', async (t) => {
  const { capture, secrets, birth } = await record(true);
  t.equal(birth.plain, true, 'the station says so');
  // The sound itself never travels: what travels is the recording.
  for (const [kind, each] of Object.entries(secrets).filter(([name]) => name !== 'sound')) {
    for (const secret of each) t.ok(capture.holds(secret), `${kind}: ${show(secret)}`);
  }
});

const show = (secret: Uint8Array | string): string =>
  typeof secret === 'string' ? secret : `${Buffer.from(secret.subarray(0, 8)).toString('hex')}…`;
