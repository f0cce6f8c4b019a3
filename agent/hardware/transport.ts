/** An open way to a device. Owned by whoever opened it. */
export interface Transport {
  /** Sends a line. Says nothing of its arrival: only the device's answer proves that. */
  write(text: string): void;
  /** Never rejects, and ends within a second even if the device does not take what was written. */
  close(): Promise<void>;
}

export interface TransportListener {
  /** One line of at most 128 bytes without its line end, each byte one character (latin1). */
  line(text: string): void;
  /** The device is gone. Not called for our own `close`. */
  closed(cause?: Error): void;
}

/** Opens once, or rejects: within `deadlineMs`, or as soon as `signal` aborts. */
export type OpenTransport = (
  listener: TransportListener,
  limits: { readonly deadlineMs: number; readonly signal: AbortSignal },
) => Promise<Transport>;
