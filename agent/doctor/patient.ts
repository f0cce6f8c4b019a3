import type { Configuration } from '../configuration/schema.ts';
import type { Status } from '../control/status.ts';
import type { System } from '../service/system.ts';
import type { Finding } from './finding.ts';

/** What every check may look at. */
export interface Patient {
  readonly configuration: Configuration;
  /** The configuration file. */
  readonly config: string;
  /** What the agent that runs with this configuration says; then nothing that it holds is touched. */
  readonly running: Status | undefined;
  readonly system: System;
}

export interface Examined {
  readonly findings: readonly Finding[];
  readonly patient?: Patient;
}
