import type * as v from 'valibot';
import { ackSchema } from '../../protocol/ack.ts';
import { alarmSchema } from '../../protocol/alarm.ts';
import { birthSchema } from '../../protocol/birth.ts';
import { cancelSchema } from '../../protocol/cancel.ts';
import { certificateSchema } from '../../protocol/certificate.ts';
import { centreConfigurationSchema } from '../../protocol/configuration.ts';
import type { EnvelopeType } from '../../protocol/envelope.ts';
import { healthSchema } from '../../protocol/health.ts';
import { hostSchema } from '../../protocol/host.ts';
import { keysSchema } from '../../protocol/keys.ts';
import { orderSchema } from '../../protocol/order.ts';
import { orderIndexSchema } from '../../protocol/order-index.ts';
import { pullSchema } from '../../protocol/pull.ts';
import { recallSchema } from '../../protocol/recall.ts';
import { receiptSchema } from '../../protocol/receipt.ts';
import { reportSchema } from '../../protocol/report.ts';
import { stateSchema } from '../../protocol/state.ts';
import { timeSchema } from '../../protocol/time.ts';
import { topics } from '../../protocol/topics.ts';
import * as examples from '../support/examples.ts';

/** What the generated documents say of each message and of each topic. */

export interface MessageEntry {
  readonly schema: v.GenericSchema;
  readonly summary: string;
  /** Absent for messages that travel unsigned. */
  readonly typ?: EnvelopeType;
  /** Its schema file, where two messages share one. */
  readonly file?: string;
  readonly example: unknown;
}

export const messages = {
  order: {
    schema: orderSchema,
    typ: 'loa-order',
    summary: 'A signed instruction to sound',
    example: examples.anOrder(),
  },
  cancel: { schema: cancelSchema, typ: 'loa-cancel', summary: 'Ends an order', example: examples.cancel },
  orderRequest: {
    schema: orderSchema,
    typ: 'loa-order-request',
    file: 'order',
    summary: 'An order as an ordering client hands it to the centre',
    example: examples.anOrder(),
  },
  cancelRequest: {
    schema: cancelSchema,
    typ: 'loa-cancel-request',
    file: 'cancel',
    summary: 'A cancellation as an ordering client hands it to the centre',
    example: examples.cancel,
  },
  receipt: { schema: receiptSchema, summary: 'Booked or refused, then how the order fares', example: examples.receipt },
  index: { schema: orderIndexSchema, typ: 'loa-index', summary: 'The orders in force', example: examples.orderIndex },
  keys: {
    schema: keysSchema,
    typ: 'loa-keys',
    summary: 'The centre’s keys, signed by its root key',
    example: examples.keys,
  },
  host: { schema: hostSchema, summary: 'Whether the centre listens', example: examples.host },
  ack: { schema: ackSchema, typ: 'loa-ack', summary: 'The highest report number stored', example: examples.ack },
  time: { schema: timeSchema, typ: 'loa-time', summary: 'The centre’s answer to a nonce', example: examples.time },
  configuration: {
    schema: centreConfigurationSchema,
    typ: 'loa-configuration',
    summary: 'What the centre sets at one station',
    example: examples.configuration,
  },
  recall: {
    schema: recallSchema,
    typ: 'loa-recall',
    summary: 'What the ledger knows of a station’s journal and airings',
    example: examples.recall,
  },
  certificate: {
    schema: certificateSchema,
    typ: 'loa-certificate',
    summary: 'A later certificate for a station’s key',
    example: examples.certificate,
  },
  report: {
    schema: reportSchema,
    typ: 'loa-report',
    summary: 'What a station says happened',
    example: examples.aReport(),
  },
  state: { schema: stateSchema, summary: 'Whether a station is connected', example: examples.state },
  birth: { schema: birthSchema, summary: 'What a station is and can do', example: examples.birth },
  health: { schema: healthSchema, summary: 'A station’s condition, every minute', example: examples.health },
  pull: { schema: pullSchema, summary: 'What a station lacks', example: examples.pull },
  alarm: { schema: alarmSchema, summary: 'A fault that stands until it clears', example: examples.alarm },
} as const satisfies Record<string, MessageEntry>;

export type MessageName = keyof typeof messages;

export interface ChannelEntry {
  readonly address: string;
  readonly by: 'centre' | 'station' | 'client';
  readonly messages: readonly MessageName[];
  readonly qos: 0 | 1;
  readonly retain: boolean;
  readonly summary: string;
}

const [centre, station, client, alarm] = ['{centre}', '{station}', '{client}', '{alarm}'];
const channel = (
  address: string,
  by: ChannelEntry['by'],
  of: readonly MessageName[],
  summary: string,
  { qos = 1, retain = false }: { qos?: 0 | 1; retain?: boolean } = {},
): ChannelEntry => ({ address, by, messages: of, qos, retain, summary });
const retained = { retain: true };

export const channels: Readonly<Record<string, ChannelEntry>> = {
  allHost: channel(
    topics.all(centre, 'host'),
    'centre',
    ['host'],
    'Presence of the centre, and its last will',
    retained,
  ),
  allKeys: channel(topics.all(centre, 'keys'), 'centre', ['keys'], 'The manifest of keys', retained),
  allIndex: channel(topics.all(centre, 'index'), 'centre', ['index'], 'Orders in force for everyone', retained),
  allOrder: channel(topics.all(centre, 'order'), 'centre', ['order', 'cancel'], 'Orders for many stations, pushed'),
  toIndex: channel(
    topics.to(centre, station, 'index'),
    'centre',
    ['index'],
    'Orders in force for one station',
    retained,
  ),
  toOrder: channel(topics.to(centre, station, 'order'), 'centre', ['order', 'cancel'], 'Pushed, or answered to a pull'),
  toAck: channel(topics.to(centre, station, 'ack'), 'centre', ['ack'], 'What the centre has stored'),
  toTime: channel(topics.to(centre, station, 'time'), 'centre', ['time'], 'The answer to a time question'),
  toCommand: channel(
    topics.to(centre, station, 'command'),
    'centre',
    ['configuration', 'recall', 'certificate'],
    'What a station is to be or do besides airing',
  ),
  fromState: channel(topics.from(centre, station, 'state'), 'station', ['state'], 'Presence, and last will', retained),
  fromBirth: channel(topics.from(centre, station, 'birth'), 'station', ['birth'], 'Said on every connect', retained),
  fromReport: channel(
    topics.from(centre, station, 'report'),
    'station',
    ['report'],
    'Out of the outbox, until acknowledged',
  ),
  fromHealth: channel(topics.from(centre, station, 'health'), 'station', ['health'], 'Metrics, every minute', {
    qos: 0,
  }),
  fromPull: channel(topics.from(centre, station, 'pull'), 'station', ['pull'], 'Orders that it lacks; a time question'),
  fromAlarm: channel(
    topics.alarm(centre, station, alarm),
    'station',
    ['alarm'],
    'Empty when the fault clears',
    retained,
  ),
  inOrder: channel(
    topics.in(centre, client, 'order'),
    'client',
    ['orderRequest', 'cancelRequest'],
    'Orders from any software',
  ),
  inReceipt: channel(topics.in(centre, client, 'receipt'), 'centre', ['receipt'], 'What became of a request'),
};
