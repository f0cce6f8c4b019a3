import { readFile } from 'node:fs/promises';

/** What a process holds in memory (VmRSS), in megabytes of 1,048,576 bytes. Rejects when it does not run. */
export async function residentMB(pid: number | undefined): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(status) ?? [];
  if (kilobytes === undefined) throw new Error(`the kernel does not say what process ${pid} holds`);
  return Number(kilobytes) / 1_024;
}
