import fc from 'fast-check';
import { decodeAck, encodeAck } from '../../protocol/ack.ts';
import { decodeAlarm, encodeAlarm } from '../../protocol/alarm.ts';
import { decodeBirth, encodeBirth } from '../../protocol/birth.ts';
import { decodeCancel, decodeCancelRequest, encodeCancel, encodeCancelRequest } from '../../protocol/cancel.ts';
import { decodeCertificate, encodeCertificate } from '../../protocol/certificate.ts';
import { decodeCentreConfiguration, encodeCentreConfiguration } from '../../protocol/configuration.ts';
import type { KeyLookup, Opened, SigningKey } from '../../protocol/envelope.ts';
import { decodeHealth, encodeHealth } from '../../protocol/health.ts';
import { decodeHost, encodeHost } from '../../protocol/host.ts';
import { decodeKeys, encodeKeys } from '../../protocol/keys.ts';
import { decodeOrder, decodeOrderRequest, encodeOrder, encodeOrderRequest } from '../../protocol/order.ts';
import { decodeOrderIndex, encodeOrderIndex } from '../../protocol/order-index.ts';
import { decodePull, encodePull } from '../../protocol/pull.ts';
import { decodeRecall, encodeRecall } from '../../protocol/recall.ts';
import { decodeReceipt, encodeReceipt } from '../../protocol/receipt.ts';
import { accepted, type Decoded } from '../../protocol/refusal.ts';
import { decodeReport, encodeReport } from '../../protocol/report.ts';
import { decodeState, encodeState } from '../../protocol/state.ts';
import { decodeTime, encodeTime } from '../../protocol/time.ts';
import * as messages from './arbitraries.ts';
import { order } from './order-arbitrary.ts';
import { report } from './report-arbitrary.ts';

/** One kind of message, seen as the tests see all of them: a value goes in, bytes travel, a value comes out. */
export interface Kind {
  readonly name: string;
  readonly signed: boolean;
  readonly values: fc.Arbitrary<unknown>;
  encode(value: unknown, signer: SigningKey): Promise<Uint8Array>;
  decode(bytes: Uint8Array, lookup: KeyLookup): Promise<Decoded<unknown>>;
}

function plain<T>(
  name: string,
  values: fc.Arbitrary<T>,
  encode: (value: T) => Uint8Array,
  decode: (bytes: Uint8Array) => Decoded<T>,
): Kind {
  return {
    name,
    signed: false,
    values,
    encode: async (value) => encode(value as T),
    decode: async (bytes) => decode(bytes),
  };
}

function signed<T>(
  name: string,
  values: fc.Arbitrary<T>,
  encode: (value: T, signer: SigningKey) => Promise<Uint8Array>,
  decode: (bytes: Uint8Array, lookup: KeyLookup) => Promise<Decoded<Opened<T>>>,
): Kind {
  return {
    name,
    signed: true,
    values,
    encode: (value, signer) => encode(value as T, signer),
    decode: async (bytes, lookup) => {
      const opened = await decode(bytes, lookup);
      return opened.ok ? accepted(opened.value.value) : opened;
    },
  };
}

const keys: Kind = {
  name: 'keys',
  signed: true,
  values: messages.keys,
  encode: (value, signer) => encodeKeys(value as never, { kid: 'root', key: signer.key }),
  decode: async (bytes, lookup) => {
    const root = lookup('key-1');
    return root.ok ? decodeKeys(bytes, root.value) : root;
  },
};

const all: readonly Kind[] = [
  signed('ack', messages.ack, encodeAck, decodeAck),
  plain('alarm', messages.alarm, encodeAlarm, decodeAlarm),
  plain('birth', messages.birth, encodeBirth, decodeBirth),
  signed('cancel', messages.cancel, encodeCancel, decodeCancel),
  signed('cancel request', messages.cancel, encodeCancelRequest, decodeCancelRequest),
  signed('configuration', messages.configuration, encodeCentreConfiguration, decodeCentreConfiguration),
  plain('health', messages.health, encodeHealth, decodeHealth),
  plain('host', messages.host, encodeHost, decodeHost),
  keys,
  signed('order', order, encodeOrder, decodeOrder),
  signed('order request', order, encodeOrderRequest, decodeOrderRequest),
  signed('index', messages.orderIndex, encodeOrderIndex, decodeOrderIndex),
  plain('pull', messages.pull, encodePull, decodePull),
  signed('certificate', messages.certificate, encodeCertificate, decodeCertificate),
  signed('recall', messages.recall, encodeRecall, decodeRecall),
  plain('receipt', messages.receipt, encodeReceipt, decodeReceipt),
  signed('report', report, encodeReport, decodeReport),
  plain('state', messages.state, encodeState, decodeState),
  signed('time', messages.time, encodeTime, decodeTime),
];

/** Each kind of message. structuredClone gives back the ordinary objects that fast-check's records are not. */
export const kinds: readonly Kind[] = all.map((kind) => ({ ...kind, values: kind.values.map(structuredClone) }));

/** Valid bytes of a message with a few of them changed, dropped or doubled. */
export const mutations = fc.array(
  fc.record({ at: fc.nat(), byte: fc.integer({ min: 0, max: 255 }), how: fc.constantFrom('set', 'drop', 'insert') }),
  { minLength: 1, maxLength: 5 },
);

export function mutate(bytes: Uint8Array, changes: readonly { at: number; byte: number; how: string }[]): Uint8Array {
  const mutated = [...bytes];
  for (const { at, byte, how } of changes) {
    const place = at % (mutated.length + 1);
    if (how === 'set' && place < mutated.length) mutated[place] = byte;
    else if (how === 'drop') mutated.splice(place, 1);
    else mutated.splice(place, 0, byte);
  }
  return Uint8Array.from(mutated);
}
