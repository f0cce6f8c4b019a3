import type { FieldProblem } from '../../protocol/refusal.ts';

/** A mistake in the configuration, for the technician who has to mend it: the key as the file has it, and what is wrong. */
export type ProblemWords = (problem: FieldProblem) => { readonly key: string; readonly problem: string };

type Phrase = readonly [message: RegExp, english: string, vietnamese: string];

/** Every message that the schema and the reader of the file can give; `$1` is taken over. Read top down, first match. */
const phrases: readonly Phrase[] = [
  [/^Invalid key: Expected "(.+)" but received undefined$/, 'is missing', 'còn thiếu'],
  [/^Invalid key: Expected never/, 'is no key of this file; is it misspelt?', 'không có mục này; có thể gõ sai tên'],
  [/^Invalid type: Expected Array/, 'must be a list: ["…", "…"]', 'phải là danh sách: ["…", "…"]'],
  [/^Invalid type: Expected Object/, 'must be a table of its own', 'phải là một bảng riêng, có tên trong ngoặc vuông'],
  [/^(?:Invalid type: Expected string|must be text)/, 'must be text in quotes', 'phải là chữ, đặt trong ngoặc kép'],
  [/^Invalid length: Expected >=(\d+)/, 'needs at least $1', 'phải có ít nhất $1'],
  [/^Invalid length: Expected <=(\d+)/, 'has room for $1 at most', 'chỉ được có nhiều nhất $1'],
  [/^must be a number$/, '$&, without quotes', 'phải là số, không đặt trong ngoặc kép'],
  [/^must be a whole number$/, '$&', 'phải là số nguyên'],
  [/^at least (\d+)$/, '$&', 'nhỏ nhất là $1'],
  [/^at most (\d+) characters$/, '$&', 'dài nhất $1 ký tự'],
  [/^at most (\d+)$/, '$&', 'lớn nhất là $1'],
  [/^must not be (?:empty|blank)$/, '$&', 'không được để trống'],
  [/^must not hold control/, '$&', 'có ký tự điều khiển hoặc ký tự lạ không hiện ra; hãy xóa và gõ lại'],
  [/^must be in Unicode/, '$&', 'dấu tiếng Việt phải ở dạng dựng sẵn (Unicode NFC); hãy xóa và gõ lại'],
  [/^lower-case letters/, '$&', 'chỉ gồm chữ thường không dấu, chữ số và dấu gạch nối ở giữa'],
  [/^must be a language tag like (.+) or (.+)$/, '$&', 'phải là mã ngôn ngữ như $1 hoặc $2'],
  [
    /^must be an Ed25519 public key/,
    '$&: 43 characters, as `loa-broker keys init` prints it',
    'phải là khóa gốc công khai, 43 ký tự, như `loa-broker keys init` in ra',
  ],
  [/^must be like (.+)$/, '$&', 'phải có dạng $1'],
  [/^must be (\S+) or (\S+)$/, '$&', 'phải là $1 hoặc $2'],
  [/^a link by mqtts needs a certificate: (.+)$/, '$&', 'kết nối mqtts cần chứng thư (certificate); hãy đăng ký: $1'],
  [/^at least one \[\[zones\]\]$/, '$&', 'phải có ít nhất một [[zones]]'],
  [/^two zones have the same id$/, '$&', 'hai cụm loa trùng id'],
  [/^two zones have the same relay$/, '$&', 'hai cụm loa trùng rơ-le'],
  [/^the driver (\S+) needs a line$/, '$&', 'driver $1 cần có line'],
  [/^the driver (\S+) needs a relay for every zone$/, '$&', 'driver $1 cần có relay cho mọi cụm loa'],
  [/^the sink (\S+) needs a directory$/, '$&', 'sink $1 cần có directory'],
  [/^is not valid TOML$/, '$&', 'không đúng cú pháp TOML'],
  [/^cannot be read \(ENOENT.*/, 'there is no such file', 'không có tệp này'],
  [/^cannot be read \(EACCES.*/, 'may not be read: see its permissions', 'không có quyền đọc tệp này'],
  [/^cannot be read \(EISDIR.*/, 'is a folder', 'đây là thư mục'],
  [/^cannot be read (.*)$/, '$&', 'không đọc được $1'],
];

const spoken = (message: string, language: 'english' | 'vietnamese'): string => {
  const phrase = phrases.find(([pattern]) => pattern.test(message));
  if (phrase === undefined) return message;
  const [pattern, english, vietnamese] = phrase;
  const [found = message] = pattern.exec(message) ?? [];
  return found.replace(pattern, language === 'english' ? english : vietnamese);
};

export const englishProblem: ProblemWords = ({ path, problem }) => ({
  key: path === '' ? 'the file' : path.replace(/^zones\.(\d+)/, (_, at) => `[[zones]] number ${Number(at) + 1}`),
  problem: spoken(problem, 'english'),
});

export const vietnameseProblem: ProblemWords = ({ path, problem }) => ({
  key:
    path === ''
      ? 'tệp cấu hình'
      : path
          .replace(/^zones\.(\d+)/, (_, at) => `[[zones]] thứ ${Number(at) + 1}`)
          .replace(/^line (\d+), column (\d+)$/, 'dòng $1, cột $2'),
  problem: spoken(problem, 'vietnamese'),
});
