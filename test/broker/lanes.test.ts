import { test } from 'tap';
import { Lanes } from '../../broker/bus/lanes.ts';
import { silentLog } from '../../broker/log.ts';

test('lanes', async (t) => {
  const handled: string[] = [];
  const dropped: string[] = [];
  let open = (): void => {};
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  const lanes = new Lanes<string>({
    limit: 3,
    log: silentLog,
    dropped: (lane, work) => dropped.push(`${lane}${work}`),
    handle: async (lane, work) => {
      if (lane === 'slow') await gate;
      handled.push(`${lane}${work}`);
      if (work === '2') throw new Error('this one fails');
    },
  });
  for (const work of ['1', '2', '3', '4', '5']) lanes.push('slow', work);
  for (const work of ['1', '2', '3']) lanes.push('fast', work);
  await new Promise(setImmediate);
  t.same(handled, ['fast1', 'fast2', 'fast3'], 'a slow lane delays only itself, a failure nothing');
  t.same(dropped, ['slow4', 'slow5'], 'what is above the limit is dropped');
  open();
  await lanes.idle();
  t.same(handled.slice(3), ['slow1', 'slow2', 'slow3'], 'in order');
  lanes.push('slow', '6');
  await lanes.idle();
  t.equal(handled.at(-1), 'slow6', 'and there is room again');
});
