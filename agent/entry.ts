/** The agent's public entry: what the simulator and the tests of the whole story may use. */
export { type Agent, type AgentOptions, startAgent } from './agent.ts';
export {
  encodeFrame,
  MAX_LINE,
  MAX_SEQUENCE,
  type ParsedFrame,
  parseFrame,
  type Sc1Command,
  type Sc1Event,
  type Sc1Frame,
  type Sc1Reply,
} from './hardware/sc1/frame.ts';
export type { Log, LogFields, LogLevel } from './log.ts';
export { silentLog, streamLog } from './log.ts';
