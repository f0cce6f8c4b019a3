import { once } from 'node:events';
import { access } from 'node:fs/promises';
import type { SerialPort } from 'serialport';
import { readLines } from './lines.ts';
import type { OpenTransport } from './transport.ts';

const CLOSE_DEADLINE_MS = 1000;
/** How often we look whether the device is still there. */
const PRESENCE_MS = 500;

/** A serial device such as `/dev/ttyUSB0`, 8N1, locked for us alone. */
export function serialTransport(path: string, baud: number): OpenTransport {
  return async (listener, { deadlineMs, signal }) => {
    // Loaded only where there is a serial device: it costs 12 MB of a board's memory.
    const { SerialPort } = await import('serialport');
    const port = new SerialPort({ path, baudRate: baud, autoOpen: false });
    let cause: Error | undefined;
    // Also keeps Node from ending the process for an `error` that nobody hears.
    port.on('error', (error) => {
      cause = error;
    });
    await opened(port, deadlineMs, signal);
    let over = false;
    const stopReading = readLines(port, listener.line);
    const end = (): void => {
      over = true;
      clearInterval(presence);
      stopReading();
    };
    const gone = (why?: Error): void => {
      if (over) return;
      end();
      listener.closed(why ?? cause);
    };
    // serialport 13 (serialport/bindings-cpp#162): a hang-up just after bytes came makes its read loop spin on "0 bytes",
    // at full load and without a word, until a write fails. The device file tells sooner.
    const presence = setInterval(() => void access(path).catch(gone), PRESENCE_MS);
    port.once('close', (disconnected: Error | null) => gone(disconnected ?? undefined));
    return {
      // No callback: serialport gives none for a wedged write before the port closes. The answer's deadline decides.
      write: (text) => void port.write(text, 'latin1'),
      close: async () => {
        end();
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
