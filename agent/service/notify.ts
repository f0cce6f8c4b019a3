import { execFile } from 'node:child_process';

/** Tells the service manager: assignments of sd_notify(3), like `READY=1`. Rejects when that cannot be said. */
export type Notify = (...assignments: readonly string[]) => Promise<void>;

/** systemd-notify waits five seconds itself until it is heard. */
const DEADLINE_MS = 10_000;

/**
 * By the program `systemd-notify`, which is wherever systemd is. Node has no datagram sockets of the unix kind, and the
 * packages that add them are compiled when they are installed, which a board cannot do. It waits until it was heard
 * (sd_notify_barrier), else systemd could not tell any more who it was that spoke.
 */
export function notifySystemd(socket: string, program = 'systemd-notify'): Notify {
  const env = { ...process.env, NOTIFY_SOCKET: socket };
  return (...assignments) =>
    new Promise((resolve, reject) => {
      execFile(program, assignments, { env, timeout: DEADLINE_MS, killSignal: 'SIGKILL' }, (error) =>
        error === null ? resolve() : reject(error),
      );
    });
}
