/**
 * The named steps of the story at which something is done to an agent or to the centre. None needs a hook in their
 * code: they are seen at the controller, the loudspeaker, the log, the disk and on the wire.
 */
export const agentSteps = [
  /** An order for this station was answered by the centre: it is on its way. */
  'ordered',
  /** It is on the station's wire, not on its journal yet. */
  'order-arrives',
  /** The station's PUBACK: it is on the journal. */
  'order-noted',
  'index-arrives',
  /** The first byte of a recording is on the station's disk. */
  'downloading',
  /** It is on the disk, whole and decoded, and the station says so. */
  'ready-reported',
  /** The amplifier was switched on: the airing's mark is being written, or was written just now. */
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
  /** A report is on its way: what it says is on the journal. */
  'report-sent',
  /** The centre says that reports are stored: the station deletes them. */
  'ack-arrives',
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
  /** An order is on the first wire. */
  'order-pushed',
  'index-sent',
  /** A station has ended an airing: its reports are on their way. */
  'reports-coming',
  /** One is on the wire: it is being stored, and is not acknowledged yet. */
  'report-arrives',
  'ack-sent',
  'anytime',
] as const;
export type CentreStep = (typeof centreSteps)[number];
