import { execFile } from 'node:child_process';
import { copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { test } from 'tap';
import { decodeReceipt } from '../../protocol/receipt.ts';
import { noMosquitto } from '../support/mosquitto.ts';
import { Story } from '../support/story.ts';

const run = promisify(execFile);
const at = (path: string) => fileURLToPath(new URL(`../../../${path}`, import.meta.url));

test("an order from somebody's own software, as the README shows it", { skip: noMosquitto }, async (t) => {
  const story = await Story.begin();
  t.teardown(() => story.close());
  const station = await story.station({ station: 'dai-dong' });
  const programme = await story.programme(2);
  const audio = join(story.folder, 'bulletin.ogg');
  await copyFile(join(story.folder, programme.sha256), audio);

  const key = join(story.folder, 'my-office.pem');
  await run('openssl', ['genpkey', '-algorithm', 'ed25519', '-out', key]);
  const script = `openssl pkey -in '${key}' -pubout -outform DER | tail -c 32 | basenc --base64url | tr -d =`;
  const { stdout: publicKey } = await run('sh', ['-c', script]);
  const broker = [at('dist/broker/main.js'), 'keys', 'add-client', 'my-office', '--key', publicKey.trim()];
  const options = ['--priority', 'routine', '--data', story.centreData, '--json'];
  const { stdout: added } = await run(process.execPath, [...broker, ...options]);
  const { kid } = JSON.parse(added) as { kid: string };

  // `loa-broker run` leaves a note by which the command finds the running centre; this one runs inside the test.
  await story.post('/api/keys/reload', {});

  const certified = (await story.post('/api/clients/my-office/certificate', {})) as Record<string, string>;
  const certificate = join(story.folder, 'my-office.crt');
  const authority = join(story.folder, 'authority.crt');
  await writeFile(certificate, certified.certificate ?? '');
  await writeFile(authority, certified.authority ?? '');

  const { hostname, port } = new URL(story.centre.mqttUrl);
  const environment = {
    ...process.env,
    CENTRE: 'vinh-phuc',
    CLIENT: 'my-office',
    KEY: key,
    KID: kid,
    CERTIFICATE: certificate,
    AUTHORITY: authority,
    BROKER_HOST: hostname,
    BROKER_PORT: port,
    STATION: 'dai-dong',
    TITLE: 'Thông báo lịch tiêm chủng',
    LANGUAGE: 'vi',
    AUDIO_FILE: audio,
    AUDIO_TYPE: 'audio/ogg',
    AUDIO_MS: String(Math.round(programme.pcm.length / 48)),
    AUDIO_URL: `${story.centre.httpUrl}/media/${programme.sha256}`,
  };
  const send = (changes = {}) => run(at('protocol/examples/send-order.sh'), { env: { ...environment, ...changes } });

  const receipt = decodeReceipt(Buffer.from((await send()).stdout.trim()));
  if (!receipt.ok) throw receipt.refusal;
  t.same(receipt.value.refusal, undefined);
  t.match(receipt.value, { result: 'booked', stations: 1 });
  const { order } = receipt.value;
  if (order === undefined) throw new Error('the receipt names no order');
  t.match(await story.outcome(order, 'dai-dong'), { outcome: 'aired' });
  t.ok((await story.heard(station, 'thon-1', programme)) >= 0.95);

  const refused = decodeReceipt(Buffer.from((await send({ STATION: 'nowhere' })).stdout.trim()));
  t.match(refused, { value: { result: 'refused', refusal: { code: 'unknown-station' } } });
});
