import { join } from 'node:path';
import { test } from 'tap';
import { Background } from '../../broker/background.ts';
import type { Bus } from '../../broker/bus/bus.ts';
import type { Queries } from '../../broker/database/database.ts';
import { openDatabase } from '../../broker/database/open.ts';
import { silentLog } from '../../broker/log.ts';
import { nextGeneration } from '../../broker/orders/in-force.ts';
import { IndexPublisher } from '../../broker/orders/index-publisher.ts';
import { makeSigner } from '../support/signer.ts';
import { until } from '../support/until.ts';

/** Counts what is published; `generation` counts what was read. */
async function bench(options: { failing?: (topic: string) => boolean; publishing?: () => void }) {
  const { signer } = await makeSigner('centre-1');
  const published: string[] = [];
  let generation = 0;
  const queries: Queries = {
    query: async <Row extends object>(sql: string) => {
      if (sql.includes('index_generations')) return [{ generation: ++generation }] as unknown as Row[];
      return [];
    },
  };
  const bus: Bus = {
    url: '',
    start: async () => {},
    cut: () => {},
    isUp: () => true,
    close: async () => {},
    publish: async (topic) => {
      if (options.failing?.(topic)) throw new Error('no');
      published.push(topic);
      options.publishing?.();
    },
  };
  const database = {
    ...queries,
    transaction: async <T>(work: (each: Queries) => Promise<T>) => work(queries),
    close: async () => {},
  };
  const indexes = new IndexPublisher({
    centre: 'vinh-phuc',
    database,
    bus,
    signer: () => signer,
    background: new Background(silentLog),
    retryMs: 5,
  });
  return { indexes, published, read: () => generation };
}

test('what is booked at any moment of a publish is in the next index', async (t) => {
  // The moment at which a publish ends is the one that matters: ask at every step around it.
  for (let steps = 0; steps < 30; steps++) {
    let asked: Promise<number> | undefined;
    const { indexes, read } = await bench({
      publishing: () => {
        asked ??= after(steps).then(async () => {
          const booked = read();
          await indexes.publish('dai-dong');
          return booked;
        });
      },
    });
    await indexes.publish('dai-dong');
    const booked = await until('the question', () => asked);
    t.ok(read() > booked, `booked ${steps} steps after it went out`);
    indexes.close();
  }
});

async function after(steps: number): Promise<void> {
  for (let step = 0; step < steps; step++) await Promise.resolve();
}

test('one index that cannot go out holds up no other, and goes out later', async (t) => {
  let broken = true;
  const { indexes, published } = await bench({ failing: (topic) => broken && /\/(a|b|c)\d*\//.test(topic) });
  t.teardown(() => indexes.close());
  const stations = [...Array.from({ length: 40 }, (_, at) => `a${at}`), 'dai-dong'];
  await t.rejects(indexes.publishMany(stations));
  await t.rejects(indexes.publishMany(['dai-dong', ...stations.slice(0, -1)]));
  t.ok(published.some((topic) => topic.includes('dai-dong')));
  broken = false;
  await until('the others', () => new Set(published).size === stations.length);
});

test('[P-32] a generation is above all before it, also when the database was put back or the clock set back', async (t) => {
  const directory = join(t.testdir(), 'database');
  const database = await openDatabase({ directory, centre: 'vinh-phuc', log: silentLog });
  t.teardown(() => database.close());
  for (const station of ['dai-dong', undefined]) {
    const next = () => nextGeneration(database, station);
    const put = (generation: number) =>
      database.query('update index_generations set generation = $1::bigint where addressee = $2', [
        generation,
        station ?? 'all/',
      ]);
    const copied = await next();
    const seen = [copied, await next(), await next(), await next()];
    t.same(
      seen,
      [...new Set(seen)].sort((a, b) => a - b),
    );
    // To put a backup back takes longer than this.
    const wait = seen.length + Date.now();
    await until('the clock to go on', () => Date.now() > wait);
    await put(copied);
    t.ok((await next()) > Math.max(...seen), 'a copy is put back');
    const ahead = Date.now() + 86_400_000;
    await put(ahead);
    t.equal(await next(), ahead + 1, 'the clock went ahead and was set right');
  }
});
