import { join } from 'node:path';
import { test } from 'tap';
import { sc1Suite } from './sc1-suite.ts';

test('sc1 over a serial device', (t) => sc1Suite(t, (t) => ({ pty: join(t.testdir(), 'tty') })));
