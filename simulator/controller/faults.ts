import type { Contact } from './board.ts';

/** Why a controller started; HELLO tells it. */
export type ResetCause = 'POWER' | 'BROWNOUT' | 'WATCHDOG';

/** Everything that can go wrong with a controller, by one call each. Relays count from 1. */
export interface ControllerFaults {
  unplug(): Promise<void>;
  replug(): Promise<void>;
  /** Corrupts this share (0 to 1) of the bytes both ways; 0 ends it. */
  garble(share: number): void;
  /** The firmware hangs: no answer, no event. The dead-man is hardware and still works. */
  wedge(on: boolean): void;
  /** The contact stays so whatever is commanded; undefined repairs it. */
  stick(relay: number, contact: Contact | undefined): void;
  /** The sensing says so whatever the contact is; undefined repairs it. */
  lie(relay: number, contact: Contact | undefined): void;
  overTemperature(on: boolean): void;
  amplifierFault(on: boolean): void;
  override(on: boolean): void;
  tamper(on: boolean): void;
  reboot(cause?: ResetCause): void;
  /** Puts these bytes on the line to the station. */
  say(bytes: string): void;
  /** Sends what this makes of each reply line instead of the reply (nothing, several, half ones); undefined ends it. */
  rewriteReplies(rewrite: ((reply: string) => readonly string[]) | undefined): void;
}
