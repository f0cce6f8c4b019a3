import { ClassicLevel } from 'classic-level';

/** Milliseconds of one synchronous write of LevelDB in this folder: what each entry of a journal costs at least. */
export async function openJournalFloor(directory: string) {
  const db = new ClassicLevel<string, string>(directory);
  await db.open();
  let count = 0;
  return {
    write: async (): Promise<number> => {
      const startedAt = performance.now();
      await db.batch([{ type: 'put', key: String(count++), value: 'x'.repeat(1_000) }], { sync: true });
      return performance.now() - startedAt;
    },
    close: () => db.close(),
  };
}
