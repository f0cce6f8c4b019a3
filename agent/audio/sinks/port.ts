/** Where the sound goes. One suite runs against every sink. */
export interface Sink {
  readonly name: string;
  /** Whether it could open its device at its last try; for alarms. */
  readonly fault: string | undefined;
  /** A stream that is ready for the first byte. Rejects with Refusal `sound-card-failed` after bounded retries. */
  open(): Promise<SoundStream>;
  close(): Promise<void>;
}

/** One airing's way to the sink; 48 kHz mono s16le. */
export interface SoundStream {
  /** Resolves when the sink has taken the bytes and wants more. Rejects with Refusal `sound-card-failed`. */
  write(pcm: Buffer): Promise<void>;
  /** Resolves when everything was played out. Rejects with Refusal `sound-card-failed`. */
  drain(): Promise<void>;
  /**
   * Falls silent at once and drops what was not played. Resolves when the device is free. Never rejects. `fault`: what
   * was wrong with the sink, if that is why.
   */
  stop(fault?: string): Promise<void>;
}
