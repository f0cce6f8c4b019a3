import * as v from 'valibot';
import type { Log } from '../log.ts';
import type { Memory, Records } from './memory.ts';
import { airingRecord, cancelRecord, orderRecord } from './records.ts';

/**
 * Reads a journal's records into memory; what cannot be read as one is logged and left. Resolves with the first and the
 * last number among the reports that wait: undefined and 0 where none does.
 */
export async function load(
  records: AsyncIterable<readonly [string, unknown]>,
  memory: Memory,
  log: Log,
): Promise<{ readonly firstSeq: number | undefined; readonly lastSeq: number }> {
  let firstSeq: number | undefined;
  let lastSeq = 0;
  for await (const [key, value] of records) {
    const slash = key.indexOf('/');
    const kind = key.slice(0, slash);
    const name = key.slice(slash + 1);
    if (kind === 'report') {
      firstSeq ??= Number(name);
      lastSeq = Math.max(lastSeq, Number(name));
      continue;
    }
    const record = read(kind, name, value);
    if (record === undefined) log('error', 'journal-record-unreadable', { key });
    else memory.remember(record);
  }
  return { firstSeq, lastSeq };
}

function read(kind: string, name: string, value: unknown): Records | undefined {
  switch (kind) {
    case 'order':
      return parsed(orderRecord, value, (order) => ({ order }));
    case 'cancel':
      return parsed(cancelRecord, value, (cancel) => ({ cancel: { id: name, ...cancel } }));
    case 'airing':
      return parsed(airingRecord, value, (airing) => ({ airings: [airing] }));
    case 'fact':
      return parsed(v.string(), value, (fact) => ({ facts: { [name]: fact } }));
    default:
      return undefined;
  }
}

function parsed<T>(schema: v.GenericSchema<unknown, T>, value: unknown, records: (record: T) => Records) {
  const record = v.safeParse(schema, value);
  return record.success ? records(record.output) : undefined;
}
