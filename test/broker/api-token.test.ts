import { rm, truncate } from 'node:fs/promises';
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { test } from 'tap';
import { hasToken } from '../../broker/api/http.ts';
import { loaBroker } from './support/loa-broker.ts';
import { TestCentre } from './support/test-centre.ts';

test('no centre starts with an API token that is empty, cut short or gone', async (t) => {
  const centre = await TestCentre.start();
  t.teardown(() => centre.close());
  await centre.stop();
  const file = join(centre.data, 'api-token');
  for (const length of [31, 0]) {
    await truncate(file, length);
    await t.rejects(centre.open(), { code: 'no-token' }, `${length} characters`);
  }
  t.match(await loaBroker('run', '--data', centre.data), {
    status: 2,
    err: /Mã truy cập API.*api-token.*openssl rand/s,
  });
  t.match(await loaBroker('run', '--data', centre.data, '--lang', 'en'), {
    status: 2,
    err: /API token.*openssl rand/s,
  });
  await rm(file);
  await t.rejects(centre.open(), { code: 'no-token' });
});

test('a request without a token is let in by no token', async (t) => {
  for (const authorization of [undefined, '', 'Bearer ', 'Bearer']) {
    const request = new IncomingMessage(new Socket());
    if (authorization !== undefined) request.headers.authorization = authorization;
    t.equal(hasToken(request, ''), false);
  }
});
