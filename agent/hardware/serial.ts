import { once } from 'node:events';
import type { SerialPort } from 'serialport';
import { readLines } from './lines.ts';
import type { OpenTransport } from './transport.ts';

const CLOSE_DEADLINE_MS = 1000;

/** A serial device such as `/dev/ttyUSB0`, 8N1, locked for us alone. */
export function serialTransport(path: string, baud: number): OpenTransport {
  return async (listener, { deadlineMs, signal }) => {
    // Loaded only where there is a serial device: it costs 12 MB of a board's memory.
    const { SerialPort } = await import('serialport');
    const port = new SerialPort({ path, baudRate: baud, autoOpen: false });
    // Node drops the process for an `error` nobody hears; close and the missing answer tell the same story.
    port.on('error', () => {});
    await opened(port, deadlineMs, signal);
    const stopReading = readLines(port, listener.line);
    let ours = false;
    port.once('close', (cause: Error | null) => {
      stopReading();
      if (!ours) listener.closed(cause ?? undefined);
    });
    return {
      // No callback: serialport gives none for a wedged write before the port closes. The answer's deadline decides.
      write: (text) => void port.write(text, 'latin1'),
      close: async () => {
        ours = true;
        stopReading();
        await closed(port);
      },
    };
  };
}

async function opened(port: SerialPort, deadlineMs: number, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const giveUp = (cause: Error): void => {
      clearTimeout(deadline);
      signal.removeEventListener('abort', aborted);
      // An opening that succeeds after all would hold the device's lock for ever.
      port.once('open', () => void closed(port));
      reject(cause);
    };
    const aborted = (): void => giveUp(new Error('the line is being closed'));
    const deadline = setTimeout(() => giveUp(new Error(`not open within ${deadlineMs} ms`)), deadlineMs);
    signal.addEventListener('abort', aborted);
    port.open((error) => {
      if (error) return giveUp(error);
      clearTimeout(deadline);
      signal.removeEventListener('abort', aborted);
      resolve();
    });
  });
}

async function closed(port: SerialPort): Promise<void> {
  if (!port.isOpen) return;
  const over = once(port, 'close', { signal: AbortSignal.timeout(CLOSE_DEADLINE_MS) });
  port.close(() => {});
  // Past the deadline the kernel is still draining to a device that takes nothing; reopening will wait for its lock.
  await over.catch(() => {});
}
