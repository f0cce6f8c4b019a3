/** Breaks lines between words; what is indented stays so. A word that is too long stays whole. */
export function wrapped(text: string, width: number): string {
  return text
    .split('\n')
    .flatMap((line) => {
      const indent = /^ */.exec(line)?.[0] ?? '';
      const broken: string[] = [];
      let current = indent;
      for (const word of line.trimStart().split(' ')) {
        if (current !== indent && current.length + 1 + word.length > width) {
          broken.push(current);
          current = indent;
        }
        current += current === indent ? word : ` ${word}`;
      }
      return [...broken, current];
    })
    .join('\n');
}
