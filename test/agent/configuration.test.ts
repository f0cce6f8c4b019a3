import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'smol-toml';
import { test } from 'tap';
import { ConfigurationError, loadConfiguration } from '../../agent/configuration/load.ts';
import { words } from '../../agent/words.ts';
import { temporaryDirectory } from '../simulator/helpers.ts';

const GOOD = {
  centre: 'vinh-phuc',
  station: 'dai-dong',
  name: 'Đài truyền thanh xã Đại Đồng',
  state: '/var/lib/loa',
  link: { url: 'mqtt://127.0.0.1:1883' },
  trust: { root: 'A'.repeat(43) },
  hardware: { driver: 'sc1', line: 'serial:/dev/ttyUSB0' },
  zones: [
    { id: 'thon-1', name: 'Thôn 1', relay: 1 },
    { id: 'thon-2', name: 'Thôn 2', relay: 2 },
  ],
  audio: { sink: 'alsa' },
};
const zone = (change: object) => ({ zones: [GOOD.zones[0], { ...GOOD.zones[1], ...change }] });

/** What is changed in a good file, and the line that a technician then reads, without its key's indentation. */
const MISTAKES: readonly (readonly [change: object, said: string])[] = [
  [{ station: undefined }, 'station: còn thiếu'],
  [{ colour: 'red' }, 'colour: không có mục này; có thể gõ sai tên'],
  [{ state: 5 }, 'state: phải là chữ, đặt trong ngoặc kép'],
  [{ state: '' }, 'state: không được để trống'],
  [{ name: 5 }, 'name: phải là chữ, đặt trong ngoặc kép'],
  [{ name: ' ' }, 'name: không được để trống'],
  [{ name: 'x'.repeat(101) }, 'name: dài nhất 100 ký tự'],
  [{ name: 'a\u202eb' }, 'name: có ký tự điều khiển hoặc ký tự lạ không hiện ra; hãy xóa và gõ lại'],
  [{ name: 'Đài'.normalize('NFD') }, 'name: dấu tiếng Việt phải ở dạng dựng sẵn (Unicode NFC); hãy xóa và gõ lại'],
  [{ centre: 'Vĩnh Phúc' }, 'centre: chỉ gồm chữ thường không dấu, chữ số và dấu gạch nối ở giữa'],
  [{ groups: 'lowland' }, 'groups: phải là danh sách: ["…", "…"]'],
  [{ languages: [] }, 'languages: phải có ít nhất 1'],
  [{ languages: ['tiếng Việt'] }, 'languages.0: phải là mã ngôn ngữ như vi hoặc hmn-Latn'],
  [{ link: 'mqtt://127.0.0.1' }, 'link: phải là một bảng riêng, có tên trong ngoặc vuông'],
  [{ link: { url: 'http://centre' } }, 'link.url: phải có dạng mqtt://host:1883'],
  [{ trust: { root: 'abc' } }, 'trust.root: phải là khóa gốc công khai, 43 ký tự, như `loa-broker keys init` in ra'],
  [{ hardware: { driver: 'sc2' } }, 'hardware.driver: phải là sc1 hoặc none'],
  [{ hardware: { driver: 'sc1' } }, 'hardware: driver sc1 cần có line'],
  [{ hardware: { driver: 'sc1', line: '/dev/ttyUSB0' } }, 'hardware.line: phải là serial:/dev/… hoặc tcp://host:port'],
  [{ hardware: { ...GOOD.hardware, baud: '9600' } }, 'hardware.baud: phải là số, không đặt trong ngoặc kép'],
  [{ hardware: { ...GOOD.hardware, baud: 12 } }, 'hardware.baud: nhỏ nhất là 1200'],
  [{ zones: [] }, 'zones: phải có ít nhất một [[zones]]'],
  [zone({ relay: 99 }), '[[zones]] thứ 2.relay: lớn nhất là 32'],
  [zone({ relay: 1.5 }), '[[zones]] thứ 2.relay: phải là số nguyên'],
  [zone({ relay: 1 }), 'zones: hai cụm loa trùng rơ-le'],
  [zone({ relay: undefined }), 'zones: driver sc1 cần có relay cho mọi cụm loa'],
  [zone({ id: 'thon-1' }), 'zones: hai cụm loa trùng id'],
  [{ audio: { sink: 'wav' } }, 'audio: sink wav cần có directory'],
];

const problemsOf = async (file: string): Promise<ConfigurationError> => {
  const outcome = await loadConfiguration(file).catch((error: unknown) => error);
  if (outcome instanceof ConfigurationError) return outcome;
  throw new Error('it was taken', { cause: outcome });
};

test('every mistake in a configuration is named in Vietnamese, with its key', async (t) => {
  const file = join(await temporaryDirectory(t), 'agent.toml');
  await writeFile(file, stringify(GOOD));
  t.match(await loadConfiguration(file), { station: 'dai-dong', languages: ['vi'] }, 'the good one is taken');
  for (const [change, said] of MISTAKES) {
    await writeFile(file, stringify({ ...GOOD, ...change }));
    const { problems } = await problemsOf(file);
    const shown = words('vi').badConfiguration(file, problems).split('\n').slice(1, -1);
    t.same(shown, [`  ${said}`]);
    const english = words('en').badConfiguration(file, problems);
    t.notMatch(english, /Invalid|Expected|received/, 'nor are its English words those of a library');
  }
});

test('a file that cannot be read or is no TOML is told as such', async (t) => {
  const folder = await temporaryDirectory(t);
  const told = async (file: string): Promise<string> =>
    words('vi').badConfiguration(file, (await problemsOf(file)).problems);
  t.match(await told(join(folder, 'none.toml')), '\n  tệp cấu hình: không có tệp này\n');
  t.match(await told(folder), '\n  tệp cấu hình: đây là thư mục\n');
  const broken = join(folder, 'broken.toml');
  await writeFile(broken, 'centre = "vinh-phuc"\nstation = \n');
  t.match(await told(broken), '\n  dòng 2, cột 11: không đúng cú pháp TOML\n');
});

test('a mistake on the command line is told in words', async (t) => {
  t.equal(
    words('vi').badUsage("Unknown option '--loud'. To specify a positional argument starting with …"),
    'Dòng lệnh chưa đúng: không có tùy chọn --loud',
  );
  t.equal(
    words('vi').badUsage("Option '-c, --config <value>' argument missing"),
    'Dòng lệnh chưa đúng: tùy chọn -c, --config <value> thiếu giá trị',
  );
});
