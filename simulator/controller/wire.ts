/** The cable between a controller and a station. Bytes sent while it is unplugged are lost, as in life. */
export interface Wire {
  /** What the station's configuration calls it: `serial:…` or `tcp://…`. */
  readonly line: string;
  send(bytes: Buffer): void;
  plug(): Promise<void>;
  unplug(): Promise<void>;
}

/** What the controller does with the bytes that arrive. */
export type Receive = (bytes: Buffer) => void;
