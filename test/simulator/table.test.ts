import { test } from 'tap';
import { table, wrapped } from '../../simulator/demo/table.ts';

const HEAD = ['Đài', 'Kết quả', 'Rơ-le'];
const ROWS = [
  ['dai-dong', 'đã phát', '131 ms'],
  ['dao-tru', 'bị từ chối', '–'],
];

test('columns stand under each other, whatever the diacritics are made of', async (t) => {
  const composed = table(HEAD, ROWS);
  t.equal(
    composed,
    [
      'Đài       Kết quả     Rơ-le',
      '────────  ──────────  ──────',
      'dai-dong  đã phát     131 ms',
      'dao-tru   bị từ chối  –',
    ].join('\n'),
  );
  const decomposed = ROWS.map((row) => row.map((cell) => cell.normalize('NFD')));
  t.equal(table(HEAD, decomposed), composed);
  t.equal(table(HEAD, ROWS, 28), composed, 'it just fits');
});

test('in a narrow terminal each row is a paragraph, and nothing is wider than need be', async (t) => {
  t.equal(
    table(HEAD, ROWS, 27),
    ['Đài      dai-dong', 'Kết quả  đã phát', 'Rơ-le    131 ms', '', 'Đài      dao-tru', 'Kết quả  bị từ chối'].join(
      '\n',
    ),
  );
});

test('a long line is broken between words, below its time', async (t) => {
  t.equal(wrapped(' 12,3 s  Thôn 1: đóng rơ-le', 20), ' 12,3 s  Thôn 1:\n         đóng rơ-le');
  t.equal(wrapped('một hai ba', 10), 'một hai ba');
  t.equal(wrapped('/tmp/mot-duong-dan-rat-dai', 10), '/tmp/mot-duong-dan-rat-dai', 'what has no spaces stays whole');
  t.equal(wrapped('một hai ba'), 'một hai ba');
});
