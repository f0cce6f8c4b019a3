import type { Owner } from './hand-over.ts';

/**
 * Does as the service's user what root would do in the service's own folders, where that user may have laid links to
 * root's files. Nothing else may go on in this process meanwhile. For anybody but root, and where the folders are root's,
 * nothing changes.
 */
export async function asOwner<T>({ uid, gid }: Owner, work: () => Promise<T>): Promise<T> {
  if (process.getuid?.() !== 0 || uid === 0) return work();
  const groups = process.getgroups?.() ?? [];
  process.setgroups?.([gid]);
  process.setegid?.(gid);
  process.seteuid?.(uid);
  try {
    return await work();
  } finally {
    process.seteuid?.(0);
    process.setegid?.(process.getgid?.() ?? 0);
    process.setgroups?.(groups);
  }
}
