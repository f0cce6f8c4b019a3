import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const library = readdirSync('/usr/lib')
  .map((name) => join('/usr/lib', name, 'faketime/libfaketime.so.1'))
  .find(existsSync);

/** Why tests with a clock that is set cannot run here; false where they can. */
export const noFaketime: string | false = library === undefined ? 'libfaketime is not installed' : false;

/**
 * What gives a program a wall clock of its own, and leaves its monotonic clock alone. `setting` as libfaketime(1) reads
 * it: `FAKETIME` with `+3600s`, or `FAKETIME_TIMESTAMP_FILE` with a file that holds that and may be changed.
 */
export const faketime = (setting: Readonly<Record<string, string>>): Readonly<Record<string, string>> => ({
  LD_PRELOAD: library ?? '',
  DONT_FAKE_MONOTONIC: '1',
  FAKETIME_NO_CACHE: '1',
  NO_FAKE_STAT: '1',
  ...setting,
});
