import { MAX_DEPTH, MAX_MESSAGE_BYTES } from './limits.ts';
import { accepted, type Decoded, refused } from './refusal.ts';

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const forbiddenKeys = new Set(['__proto__', 'constructor', 'prototype']);

/**
 * Parses JSON of unknown origin within the limits of [P-20] and [P-22]: size, UTF-8, depth, no key twice in one
 * object, no key that reaches a prototype. JSON.parse alone keeps the last of two equal keys silently, so that two
 * readers of one signed order could see two different orders.
 */
export function parseJson(bytes: Uint8Array): Decoded<unknown> {
  if (bytes.byteLength > MAX_MESSAGE_BYTES) return refused('too-large', `${bytes.byteLength} bytes`);
  let text: string;
  try {
    text = utf8.decode(bytes);
  } catch {
    return refused('not-utf8');
  }
  const structure = checkStructure(text);
  if (!structure.ok) return structure;
  try {
    return accepted(JSON.parse(text) as unknown);
  } catch (error) {
    return refused('not-json', error instanceof Error ? error.message : '');
  }
}

/**
 * Walks the text once without recursion. It looks only at strings and brackets; what else may be wrong with the
 * syntax is left to JSON.parse, which runs after it.
 */
function checkStructure(text: string): Decoded<undefined> {
  const open: (Set<string> | undefined)[] = [];
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (char === '{' || char === '[') {
      open.push(char === '{' ? new Set() : undefined);
      if (open.length > MAX_DEPTH) return refused('too-deep', `more than ${MAX_DEPTH} levels`);
    } else if (char === '}' || char === ']') {
      open.pop();
    } else if (char === '"') {
      const end = endOfString(text, at);
      if (end < 0) return refused('not-json', 'a string does not end');
      const keys = open.at(-1);
      if (keys !== undefined && followedByColon(text, end)) {
        const key = unescapeKey(text.slice(at, end));
        if (key === undefined) return refused('not-json', 'a key is not a JSON string');
        if (forbiddenKeys.has(key)) return refused('forbidden-key', key);
        if (keys.has(key)) return refused('duplicate-key', key.slice(0, 64));
        keys.add(key);
      }
      at = end - 1;
    }
  }
  return accepted(undefined);
}

/** Index just after the closing quote of the string that opens at `start`; -1 when it does not close. */
function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === '"') return at + 1;
  }
  return -1;
}

function followedByColon(text: string, from: number): boolean {
  let at = from;
  while (text[at] === ' ' || text[at] === '\n' || text[at] === '\r' || text[at] === '\t') at++;
  return text[at] === ':';
}

function unescapeKey(quoted: string): string | undefined {
  try {
    return JSON.parse(quoted) as string;
  } catch {
    return undefined;
  }
}
