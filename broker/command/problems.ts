import type { Console } from './console.ts';

type Phrase = readonly [message: RegExp, english: string, vietnamese: string];

/** What the validator says of fields in its own words, where an operator writes them by hand. */
const phrases: readonly Phrase[] = [
  [/^Invalid key: Expected "(.+)" but received undefined$/, 'is missing', 'còn thiếu'],
  [/^Invalid key: Expected never.*/, 'is no field here; is it misspelt?', 'không có trường này; có thể gõ sai tên'],
  [/^Invalid type: Expected Array.*/, 'must be a list', 'phải là danh sách'],
  [/^Invalid type: Expected Object.*/, 'must be a table of its own', 'phải là một bảng riêng'],
  [/^Invalid length: Expected <=(\d+).*/, 'has room for $1 at most', 'chỉ được có nhiều nhất $1'],
  [/^Invalid length: Expected >=(\d+).*/, 'needs at least $1', 'phải có ít nhất $1'],
  [/^at least (\d+)$/, '$&', 'nhỏ nhất là $1'],
  [/^at most (\d+)$/, '$&', 'lớn nhất là $1'],
  [/^at most (\d+) characters$/, '$&', 'dài nhất $1 ký tự'],
  [/^must be a time like (.+)$/, '$&', 'phải là giờ như $1'],
  [/^must be an IANA time zone like (.+)$/, '$&', 'phải là tên múi giờ IANA như $1'],
];

/** What is wrong with a field, in the operator's language; as it is where nothing else is known. */
export function problemIn({ words, language }: Console, problem: string): string {
  const known = words.problems[problem];
  if (known !== undefined) return known;
  const [pattern, english, vietnamese] = phrases.find(([message]) => message.test(problem)) ?? [];
  return pattern === undefined ? problem : problem.replace(pattern, (language === 'en' ? english : vietnamese) ?? '$&');
}
