/** A message as the bus hands it over; its payload is of unknown origin. */
export interface BusMessage {
  readonly topic: string;
  readonly payload: Uint8Array;
}

export interface PublishOptions {
  readonly qos: 0 | 1;
  readonly retain: boolean;
}

/**
 * The centre's way to its broker. Two implementations: in the process (`embedded.ts`) and over the wire
 * (`external.ts`); one test suite for both.
 */
export interface Bus {
  /** Subscribes and calls `up`. Resolves then, or after a few seconds where an external broker cannot be reached yet. */
  start(events: BusEvents): Promise<void>;
  /** `mqtts://host:port` (or mqtt) at which stations find the broker; known once started. */
  readonly url: string;
  /**
   * Resolves when the broker has taken the message (QoS 1: acknowledged); rejects while the bus is down. Messages of
   * one caller that awaits each arrive in that order.
   */
  publish(topic: string, payload: Uint8Array, options: PublishOptions): Promise<void>;
  /** Ends the sessions of these certificates, where the broker is ours to tell. */
  cut(serials: readonly string[]): void;
  /** Whether the broker is reachable now. */
  isUp(): boolean;
  close(): Promise<void>;
}

export interface BusEvents {
  /** Filters to listen to; they are in place before `up` is called. */
  readonly filters: readonly string[];
  /** Called in order of arrival. Must return at once and never throw: what takes time goes into a bounded lane. */
  readonly message: (message: BusMessage) => void;
  /** The bus is usable, for the first time or again; what the broker should retain must be published anew. */
  readonly up: () => void;
  readonly down: () => void;
}
