const GAP = '  ';

/**
 * A plain table; where it is wider than `columns`, one paragraph a row instead, without what is only a dash. Texts are
 * in NFC, so every character of Vietnamese takes one column.
 */
export function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  columns = Number.POSITIVE_INFINITY,
): string {
  const normal = (row: readonly string[]): string[] => row.map((cell) => cell.normalize('NFC'));
  const wide = grid(normal(head), rows.map(normal));
  const fits = wide.every((line) => width(line) <= columns);
  return (fits ? wide : paragraphs(normal(head), rows.map(normal))).join('\n');
}

function grid(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => width(row[column] ?? ''))));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => padded(cell, widths[column] ?? 0))
      .join(GAP)
      .trimEnd();
  return [line(head), widths.map((count) => '─'.repeat(count)).join(GAP), ...rows.map(line)];
}

function paragraphs(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const label = Math.max(...head.map(width));
  return rows.flatMap((row, at) => [
    ...(at > 0 ? [''] : []),
    ...row.flatMap((cell, column) => (cell === '–' ? [] : [padded(head[column] ?? '', label) + GAP + cell])),
  ]);
}

/** A line of the story for a terminal of so many columns, broken between words and indented below its time. */
export function wrapped(line: string, columns = Number.POSITIVE_INFINITY): string {
  let rest = line.normalize('NFC');
  const indent = ' '.repeat(/^ *(?:\d+[.,]\d s {2})?/.exec(rest)?.[0].length ?? 0);
  const lines: string[] = [];
  while (width(rest) > columns) {
    const at = rest.lastIndexOf(' ', columns);
    if (at <= indent.length) break;
    lines.push(rest.slice(0, at).trimEnd());
    rest = indent + rest.slice(at).trimStart();
  }
  return [...lines, rest].join('\n');
}

const padded = (text: string, columns: number): string => text + ' '.repeat(Math.max(0, columns - width(text)));
const width = (text: string): number => [...text].length;
