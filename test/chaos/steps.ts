/**
 * The named steps of the story at which something is done to an agent or to the centre. None needs a hook in their
 * code: they are seen at the controller, the loudspeaker, the log, the disk and the ledger.
 */
export const agentSteps = [
  /** An order for this station was answered by the centre: it is on its way. */
  'ordered',
  /** The first byte of a recording is on the station's disk. */
  'downloading',
  /** The ledger says so. */
  'accepted',
  'ready',
  /** The amplifier was switched on: the airing's mark is being written. */
  'powered',
  'relay-closed',
  'unmuted',
  'sounding',
  /** Up to two seconds after the first sound. */
  'amid',
  /** The last second of a sound. */
  'near-the-end',
  /** The player has played everything. */
  'played',
  'muted',
  'relay-opened',
  'powered-off',
  /** The ledger holds an outcome. */
  'reported',
  /** Connected to the centre: backlog and index are exchanged. */
  'online',
  /** Whatever it is doing. */
  'anytime',
] as const;
export type AgentStep = (typeof agentSteps)[number];

export const centreSteps = [
  /** An order was sent and not answered yet. */
  'ordering',
  'ordered',
  /** A station has ended an airing: its reports are on their way. */
  'reports-coming',
  'anytime',
] as const;
export type CentreStep = (typeof centreSteps)[number];
