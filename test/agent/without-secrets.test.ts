import { createHash, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { test } from 'tap';
import { withoutSecrets } from '../../agent/doctor/without-secrets.ts';
import { formatCode, secretFrom } from '../../protocol/enrolment.ts';

const code = fc
  .tuple(fc.uint8Array({ minLength: 8, maxLength: 8 }), fc.uint8Array({ minLength: 32, maxLength: 32 }))
  .map(([secret, authority]) => formatCode(secretFrom(secret), Buffer.from(authority).toString('hex')));
/** How a code is typed: in groups or not, large or small. */
const typed = fc
  .tuple(code, fc.constantFrom('-', ' ', ''), fc.boolean())
  .map(([code, separator, small]) => (small ? code.toLowerCase() : code).replaceAll('-', separator))
  // Small letters alone could as well be words.
  .filter((code) => /\d/.test(code) || code === code.toUpperCase());

test('no code stays, wherever and however it is written', (t) => {
  const lines: readonly ((code: string) => string)[] = [
    (code) => code,
    (code) => `info enrolled code="${code}" station="dai-dong"`,
    (code) => `loa-agent enrol --code=${code} --centre https://centre:8443`,
    (code) => `{"args":["enrol","--code","${code}"],"code":${JSON.stringify(code)}}`,
    (code) => `COMMAND=/usr/local/bin/loa-agent provision --code '${code}'`,
    (code) => `mã ${code}, trung tâm`,
  ];
  fc.assert(
    fc.property(typed, fc.constantFrom(...lines), (code, line) => {
      const left = withoutSecrets(line(code));
      return !left.includes(code) && left.includes('[code]');
    }),
  );
  const cut = (word: string) => withoutSecrets(`["--code","${word}","--json"]`);
  t.equal(cut('HFD1TVQH'), '["--code","[code]","--json"]', 'nor one that was cut short');
  t.end();
});

test('words, hashes, ids and certificates stay', (t) => {
  const sha256 = createHash('sha256').update('x').digest('hex');
  for (const line of [
    'the received messages outgoing',
    'outgoing messages received 42 times',
    'order="019357f0-7a00-7000-8000-0000000000a1" rev=1',
    'order="01935777-7a00-7abc-8def-123456789abc" airing',
    `programme="${sha256}" bytes=123456`,
    '2026-11-28T12:35:46+0700 dai-dong loa-agent[1234]: info online',
    'usb-FTDI_FT232R_USB_UART_A10KZP45-if00-port0 -> ../../ttyUSB0',
    '-rw------- 1 loa loa 8388608 2026-11-28 12:35:46.320876369 +0000 reserve',
    'root = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"',
  ]) {
    t.equal(withoutSecrets(line), line);
  }
  fc.assert(
    fc.property(fc.uuid(), fc.nat(), (id, seed) => {
      const pem = `-----BEGIN CERTIFICATE-----\n${randomBytes(seed % 600).toString('base64')}\n-----END CERTIFICATE-----`;
      const text = `order="${id}"\n${pem}`;
      return withoutSecrets(text) === text;
    }),
  );
  t.end();
});
