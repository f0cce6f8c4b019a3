import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'tap';
import { noMosquitto } from '../support/mosquitto.ts';
import { rotateAcross } from './rotation.ts';

const [online, away] = [6, 3];

test('keys are rotated and revoked while stations are away: all obey the new key, none the old', {
  skip: noMosquitto,
}, async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'loa-country-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  t.match(await rotateAcross({ folder, online, away }), {
    ...{ refused: online + away, resisted: online + away, aired: online + away },
    ...{ givenUp: 0, twice: 0, obeyedThief: 0 },
  });
});
