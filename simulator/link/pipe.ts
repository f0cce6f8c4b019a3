import type { Socket } from 'node:net';

/** One direction of a proxied connection. */
export interface Pipe {
  /** While frozen nothing passes, and the sender feels it as backpressure. */
  freeze(on: boolean): void;
  /** Puts something between two packets of this direction. */
  inject(bytes: Buffer): void;
}

export interface PipeOptions {
  readonly from: Socket;
  readonly to: Socket;
  /** Milliseconds that everything takes longer; asked anew for every piece. */
  readonly delayMs: () => number;
  /** Cuts the stream into pieces between some of which something may be put. */
  readonly split: (chunk: Buffer) => Buffer[];
  /** Absent where nothing is ever put in. */
  readonly mayInject?: () => boolean;
}

export function createPipe(options: PipeOptions): Pipe {
  const { from, to } = options;
  let held: Buffer[] = [];
  let frozen = false;
  let ended = false;
  let injected: Buffer[] = [];
  let lastDue = 0;

  /** Order is kept, also when the delay is shortened meanwhile. */
  const send = (bytes: Buffer): void => {
    const due = Math.max(lastDue, performance.now() + options.delayMs());
    lastDue = due;
    const wait = due - performance.now();
    if (wait <= 0) write(bytes);
    else setTimeout(write, wait, bytes);
  };

  const write = (bytes: Buffer): void => {
    if (frozen) held.push(bytes);
    else if (to.writable && !to.write(bytes)) from.pause();
  };

  const flushInjected = (): void => {
    if (!options.mayInject?.()) return;
    for (const bytes of injected) send(bytes);
    injected = [];
  };

  const finish = (): void => {
    if (frozen) return;
    const wait = lastDue - performance.now();
    if (wait <= 0) to.end();
    else setTimeout(() => to.end(), wait + 1);
  };

  from.on('data', (chunk: Buffer) => {
    for (const piece of options.split(chunk)) {
      send(piece);
      flushInjected();
    }
  });
  from.on('end', () => {
    ended = true;
    finish();
  });
  to.on('drain', () => {
    if (!frozen) from.resume();
  });

  return {
    freeze(on) {
      if (frozen === on) return;
      frozen = on;
      if (on) {
        from.pause();
        return;
      }
      const waited = held;
      held = [];
      for (const bytes of waited) write(bytes);
      from.resume();
      if (ended) finish();
    },
    inject(bytes) {
      injected.push(bytes);
      flushInjected();
    },
  };
}
