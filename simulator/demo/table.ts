/** A plain table for a terminal. Texts are in NFC, so every character of Vietnamese takes one column. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [head, ...rows].map((row) => row.map((cell) => cell.normalize('NFC')));
  const widths = head.map((_, column) => Math.max(...all.map((row) => width(row[column] ?? ''))));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - width(cell)))
      .join('  ')
      .trimEnd();
  const [first = [], ...others] = all;
  return [line(first), widths.map((count) => '─'.repeat(count)).join('  '), ...others.map(line)].join('\n');
}

const width = (text: string): number => [...text].length;
