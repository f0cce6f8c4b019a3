import { test } from 'tap';
import { sc1Suite } from './sc1-suite.ts';

test('sc1 over TCP', (t) => sc1Suite(t, () => ({ tcp: 0 })));
