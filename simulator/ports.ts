/** What a virtual controller and a virtual loudspeaker say to each other. */

export interface OutputState {
  /** Whether each relay's contact is really closed, by relay number minus one (a stuck relay shows here). */
  readonly closed: readonly boolean[];
  readonly amplifierOn: boolean;
  readonly muted: boolean;
  /** Amplifier level in percent. */
  readonly level: number;
}

export interface Loudspeaker {
  /** From this moment on the sound takes this way; everything before it was heard as it was set before. `cause`: why. */
  change(state: OutputState, cause?: string): void;
  /** The amplifier's output over the last 200 ms, in dB of full scale; -120 is silence. */
  output(): { readonly rmsDb: number; readonly peakDb: number };
}
