import { closeSync, fsyncSync, openSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { NodeFS } from '@electric-sql/pglite/nodefs';

interface Stream {
  readonly nfd: number;
}

interface NodeFilesystem {
  readonly stream_ops: { fsync?: (stream: Stream) => number };
}

/**
 * PGlite's file system with the one operation that it lacks. Emscripten's NODEFS has no `fsync`, and its C library
 * takes a missing one for success, so PostgreSQL's whole write-ahead discipline runs without ever reaching the disk.
 * With it, PostgreSQL itself syncs the log at every commit and the tables at every checkpoint, in its own order.
 * `fdatasync` never arrives here (it is an empty function in that library): start with `wal_sync_method=fsync`.
 */
export class DurableNodeFS extends NodeFS {
  override async init(...parameters: Parameters<NodeFS['init']>): ReturnType<NodeFS['init']> {
    const prepared = await super.init(...parameters);
    const hooks = prepared.emscriptenOpts.preRun ?? [];
    hooks.push((module) => {
      const filesystem = (module as unknown as { NODEFS: NodeFilesystem }).NODEFS;
      filesystem.stream_ops.fsync = (stream) => {
        fsyncSync(stream.nfd);
        return 0;
      };
    });
    prepared.emscriptenOpts.preRun = hooks;
    return prepared;
  }
}

/** Syncs every file and folder below `directory`: a new cluster is written before PostgreSQL syncs anything. */
export async function syncTree(directory: string): Promise<void> {
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) await syncTree(path);
    else if (entry.isFile()) syncPath(path);
  }
  syncPath(directory);
}

export function syncPath(path: string): void {
  const file = openSync(path, 'r');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
