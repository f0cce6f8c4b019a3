import { test } from 'tap';
import { validate } from '../../protocol/decode.ts';
import { decodeOrder, encodeOrder, type Order, orderSchema } from '../../protocol/order.ts';
import { type FieldProblem, Refusal } from '../../protocol/refusal.ts';
import { decodeReport, encodeReport } from '../../protocol/report.ts';
import { anOrder, aReport } from '../support/examples.ts';
import { makeSigner } from '../support/signer.ts';

function problemsOf(order: unknown): readonly FieldProblem[] {
  const checked = validate(orderSchema, order);
  return checked.ok ? [] : checked.refusal.fields;
}

const pathsOf = (order: unknown): string[] => problemsOf(order).map((problem) => problem.path);

test('every bad field is listed at once', async (t) => {
  const bad = {
    ...anOrder(),
    id: 'A',
    rev: 0,
    centre: 'Vĩnh Phúc',
    issuedAt: '2026-02-30T00:00:00.000Z',
    title: '',
    zones: ['thon-1', 'thon-1'],
    lateBy: 0.5,
    volume: 101,
    surprise: true,
    programme: [{ type: 'audio', variants: [{ ...variant(), sha256: 'x', urls: ['file:///etc/passwd'], size: 1e12 }] }],
  };
  t.same(pathsOf(bad).sort(), [
    'centre',
    'id',
    'issuedAt',
    'lateBy',
    'programme.0.variants.0.sha256',
    'programme.0.variants.0.size',
    'programme.0.variants.0.urls.0',
    'rev',
    'surprise',
    'title',
    'volume',
    'zones',
  ]);
  t.equal(pathsOf({}).length, 14, 'every required field that is absent');
  t.same(pathsOf(null), ['']);
  t.same(pathsOf('order'), ['']);
});

test('what an order must not say', async (t) => {
  const cases: readonly [string, Partial<Record<keyof Order, unknown>>, string][] = [
    ['expires before it is issued', { expiresAt: '2026-11-20T07:00:00.000Z' }, ''],
    ['no such day', { basis: { number: '1', date: '2026-02-30', issuer: 'UBND' } }, 'basis.date'],
    ['an instant in local time', { issuedAt: '2026-11-20T08:00:00+07:00' }, 'issuedAt'],
    ['an occurrence twice', { when: { type: 'at', instants: [at, at] } }, 'when.instants'],
    ['no time', { when: { type: 'daily', times: ['24:00'], timeZone: 'UTC' } }, 'when.times.0'],
    ['an unknown kind of when', { when: { type: 'later' } }, 'when.type'],
    ['nobody', { to: { stations: [] } }, 'to.stations'],
    ['a station twice', { to: { stations: ['a', 'a'] } }, 'to.stations'],
    ['stations and groups', { to: { stations: ['a'], groups: ['b'] } }, 'to'],
    ['a topic for a zone', { zones: ['../+'] }, 'zones.0'],
    ['too many items', { programme: Array(21).fill(anOrder().programme[0]) }, 'programme'],
    ['an address with bidi characters', audio({ urls: ['http://a/\u202e'] }), 'programme.0.variants.0.urls.0'],
    ['a script for an address', audio({ urls: ['javascript:alert(1)'] }), 'programme.0.variants.0.urls.0'],
    ['no address', audio({ urls: [] }), 'programme.0.variants.0.urls'],
    [
      'chunks that do not add up',
      audio({ chunks: { size: 65_536, sha256: ['3f'.repeat(32)] } }),
      'programme.0.variants.0',
    ],
  ];
  for (const [name, change, path] of cases) {
    const paths = pathsOf({ ...anOrder(), ...change });
    t.ok(paths.length > 0 && paths.every((found) => found.startsWith(path)), `${name}: ${paths.join(', ')}`);
  }
  const chunks = { size: 65_536, sha256: Array(3).fill('3f'.repeat(32)) };
  t.same(pathsOf({ ...anOrder(), ...audio({ chunks }) }), []);
});

test('a title that deceives is refused [P-23]', async (t) => {
  const bad: Record<string, string> = {
    'right-to-left override': 'Thông báo \u202eổig',
    isolate: 'a\u2066b\u2069',
    'left-to-right mark': 'a\u200eb',
    'arabic letter mark': 'a\u061cb',
    NUL: 'a\u0000b',
    escape: '\u001b[2J',
    C1: 'a\u0085b',
    'line separator': 'a\u2028b',
    'lone high surrogate': 'a\ud800',
    'lone low surrogate': '\udc00a',
    BOM: '\ufeffa',
    'tag character': 'a\u{e0041}',
    'private use': 'a\ue000',
    unassigned: 'a\u0378',
    decomposed: 'Vi\u00ea\u0323t',
    blank: ' \u00a0',
    'too long': 'a'.repeat(201),
  };
  for (const [name, title] of Object.entries(bad)) t.same(pathsOf(anOrder({ title })), ['title'], name);
  for (const title of ['Việt Nam — tiếp sóng 5 giờ', 'ข่าว', 'ኢትዮጵያ', '🔊 khẩn cấp', '👨‍👩‍👧']) {
    t.same(pathsOf(anOrder({ title })), [], title);
  }
});

test('a refusal is safe to print and fits into a report, whatever it quotes', async (t) => {
  const hostile = `\u202e\u0000${'ệ'.repeat(600)}`;
  const zones = Array.from({ length: 60 }, () => hostile);
  const problems = problemsOf({ ...anOrder(), zones, priority: hostile, status: hostile, [hostile]: 1 });
  t.equal(problems.length, 50);
  t.notMatch(JSON.stringify(problems), /[\p{Cc}\u202e]/u);
  t.ok(Buffer.byteLength(JSON.stringify(problems)) < 45_000);

  const { signer, lookup } = await makeSigner();
  const worst = Array.from({ length: 200 }, () => ({ path: hostile, problem: hostile }));
  const { code, detail, fields } = new Refusal('invalid-fields', hostile, { fields: worst });
  const report = aReport({ outcome: 'rejected', refusal: { code, detail, fields: [...fields] } });
  t.ok((await decodeReport(await encodeReport(report, signer), lookup)).ok);
});

test('the largest order fits, a larger one is refused where it is made', async (t) => {
  const { signer, lookup } = await makeSigner();
  const stations = Array.from({ length: 500 }, (_, at) => `xa-${String(at).padStart(40, '0')}`);
  const large = anOrder({ to: { stations } });
  t.ok((await decodeOrder(await encodeOrder(large, signer), lookup)).ok);
  const text = { type: 'text' as const, variants: [{ language: 'vi', text: 'ệ'.repeat(2_000) }] };
  await t.rejects(encodeOrder(anOrder({ programme: Array(12).fill(text) }), signer), { code: 'too-large' });
});

const at = '2026-11-20T09:00:00.000Z';

function variant(): object {
  const [item] = anOrder().programme;
  return item?.type === 'audio' ? { ...item.variants[0] } : {};
}

function audio(change: object): Partial<Record<keyof Order, unknown>> {
  return { programme: [{ type: 'audio', variants: [{ ...variant(), ...change }] }] };
}
