import { createHash } from 'node:crypto';
import type { KeyLookup } from '../../protocol/envelope.ts';
import { decodeOrder, type Order } from '../../protocol/order.ts';
import { accepted, type Decoded, Refusal, refused } from '../../protocol/refusal.ts';
import type { ZoneConfiguration } from '../configuration/schema.ts';
import { isTimeZone } from '../due/occurrences.ts';

declare const verified: unique symbol;

/** An order that this station must obey. Only `verifyOrder` makes one. */
export interface VerifiedOrder {
  readonly [verified]: true;
  readonly order: Order;
  /** The zones it selects here, in the configuration's order; never empty. */
  readonly zones: readonly string[];
  readonly token: Uint8Array;
  /** The key that signed it. */
  readonly kid: string;
}

/** The order was signed by our centre but this station declines it; `order` is known to be authentic. */
export class DeclinedOrder extends Refusal {
  readonly order: Order;

  constructor(order: Order, refusal: Refusal) {
    super(refusal.code, refusal.message.slice(refusal.code.length + 2), { fields: refusal.fields });
    this.order = order;
  }
}

export interface VerificationPolicy {
  readonly centre: string;
  readonly station: string;
  readonly groups: readonly string[];
  readonly zones: readonly ZoneConfiguration[];
  readonly lookup: KeyLookup;
  /** Milliseconds since 1970, by the station's clock. */
  readonly now: number;
  /** Without trust in the clock an order cannot be called expired; the booking then waits for trusted time. */
  readonly clockTrusted: boolean;
  /** [P-123] What is past whatever the clock says, in milliseconds since 1970: emergencies do not wait. */
  readonly certainlyPast: number;
}

/**
 * The whole policy, in order: signed by our centre, meant for us, still in force, and possible here. Never throws; a
 * refusal after the signature is a DeclinedOrder, so that its report can name the order.
 */
export async function verifyOrder(token: Uint8Array, policy: VerificationPolicy): Promise<Decoded<VerifiedOrder>> {
  const opened = await decodeOrder(token, policy.lookup);
  if (!opened.ok) return opened;
  const order = opened.value.value;
  const zones = selectZones(order, policy.zones);
  for (const check of [
    isOurCentre(order, policy),
    isAddressedToUs(order, policy),
    isInForce(order, policy),
    zones,
    isPossible(order),
  ]) {
    if (!check.ok) return { ok: false, refusal: new DeclinedOrder(order, check.refusal) };
  }
  return accepted({
    order,
    zones: zones.ok ? zones.value : [],
    token,
    kid: opened.value.kid,
  } as unknown as VerifiedOrder);
}

export const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

function isOurCentre(order: Order, policy: VerificationPolicy): Decoded<undefined> {
  return order.centre === policy.centre ? accepted(undefined) : refused('wrong-centre', order.centre);
}

function isAddressedToUs(order: Order, policy: VerificationPolicy): Decoded<undefined> {
  if (order.to === 'all') return accepted(undefined);
  const meant =
    'stations' in order.to
      ? order.to.stations.includes(policy.station)
      : order.to.groups.some((group) => policy.groups.includes(group));
  return meant ? accepted(undefined) : refused('not-addressed');
}

function isInForce(order: Order, policy: VerificationPolicy): Decoded<undefined> {
  const judged = policy.clockTrusted || order.priority === 'emergency';
  const past = policy.clockTrusted ? policy.now : policy.certainlyPast;
  if (!judged || Date.parse(order.expiresAt) > past) return accepted(undefined);
  return refused('expired', order.expiresAt);
}

/** A zone answers to its own id and to its tags. A name that no zone here answers to refuses the whole order. */
function selectZones(order: Order, zones: readonly ZoneConfiguration[]): Decoded<readonly string[]> {
  const names = order.zones;
  if (names === undefined) return accepted(zones.map((zone) => zone.id));
  const answers = (zone: ZoneConfiguration, name: string) => zone.id === name || zone.tags.includes(name);
  const unknown = names.find((name) => !zones.some((zone) => answers(zone, name)));
  if (unknown !== undefined) return refused('unknown-zone', unknown);
  return accepted(zones.filter((zone) => names.some((name) => answers(zone, name))).map((zone) => zone.id));
}

function isPossible(order: Order): Decoded<undefined> {
  if (order.when.type === 'daily' && !isTimeZone(order.when.timeZone)) {
    return refused('unsupported-schedule', `no time zone ${order.when.timeZone}`);
  }
  const other = order.programme.find((item) => item.type !== 'audio');
  return other === undefined ? accepted(undefined) : refused('unsupported-programme', other.type);
}
