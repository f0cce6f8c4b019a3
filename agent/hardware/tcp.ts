import { connect, type Socket } from 'node:net';
import { readLines } from './lines.ts';
import type { OpenTransport } from './transport.ts';

/** A serial server or an Ethernet board. */
export function tcpTransport(host: string, port: number): OpenTransport {
  return async (listener, { deadlineMs, signal }) => {
    const socket = await connected(host, port, deadlineMs, signal);
    const stopReading = readLines(socket, listener.line);
    let ours = false;
    let cause: Error | undefined;
    socket.on('error', (error) => {
      cause = error;
    });
    // A server that only ends its half answers nothing any more.
    socket.on('end', () => socket.destroy());
    socket.once('close', () => {
      stopReading();
      if (!ours) listener.closed(cause);
    });
    return {
      write: (text) => void socket.write(text, 'latin1'),
      close: async () => {
        ours = true;
        // Destroyed without a farewell: a half-open connection would hold an orderly end up for minutes.
        socket.destroy();
      },
    };
  };
}

async function connected(host: string, port: number, deadlineMs: number, signal: AbortSignal): Promise<Socket> {
  const socket = connect({ host, port, noDelay: true });
  return new Promise((resolve, reject) => {
    const settle = (error?: Error): void => {
      clearTimeout(deadline);
      signal.removeEventListener('abort', aborted);
      if (error === undefined) {
        socket.off('error', settle);
        resolve(socket);
      } else {
        socket.destroy();
        reject(error);
      }
    };
    const aborted = (): void => settle(new Error('the line is being closed'));
    const deadline = setTimeout(() => settle(new Error(`not connected within ${deadlineMs} ms`)), deadlineMs);
    signal.addEventListener('abort', aborted);
    socket.once('connect', () => settle());
    socket.on('error', settle);
  });
}
