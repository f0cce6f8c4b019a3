import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import mqtt, { type MqttClient } from 'mqtt';
import type { EnrolmentAnswer } from '../../protocol/enrolment.ts';
import { decodeHost } from '../../protocol/host.ts';
import { encodePull } from '../../protocol/pull.ts';
import { filters, topics } from '../../protocol/topics.ts';
import { type Clock, sleep } from '../clock/clock.ts';
import { identityPaths } from '../enrol/identity.ts';
import { openStationKey } from '../report/station-key.ts';
import { Trust } from '../verify/trust.ts';
import type { BrokerFault, Finding } from './record.ts';

const CONNECT_MS = 10_000;
/** What is retained comes at once; the time is asked for and signed. */
const ANSWER_MS = 5_000;
const LOOK_MS = 20;

export interface BrokerCheckOptions {
  readonly identity: Pick<EnrolmentAnswer, 'centre' | 'root'>;
  readonly station: string;
  readonly url: string;
  /** PEM, all three. */
  readonly key: string;
  readonly certificate: string;
  readonly authority: string;
  readonly clock: Clock;
}

export interface BrokerCheck {
  readonly finding: Finding;
  /** By how much this board's clock is before the centre's signed time, in milliseconds; absent where it did not answer. */
  readonly offsetMs?: number;
}

/**
 * Connects as the station will: its certificate, its two filters [P-3]; the centre's keys by the pinned root, whether the
 * centre is there, and the time from it. Says nothing that is kept. Never rejects.
 */
export async function checkBroker(options: BrokerCheckOptions): Promise<BrokerCheck> {
  const { identity, station, url, clock } = options;
  const { centre, root } = identity;
  const fault = (why: BrokerFault, detail: string): BrokerCheck => ({
    finding: { code: 'broker-failed', url, why, detail },
  });
  const began = clock.monotonic();
  let client: MqttClient | undefined;
  try {
    client = await connect(options);
    const ms = Math.round(clock.monotonic() - began);
    const trust = await Trust.pin({
      ...{ centre, root },
      // Nobody trusts this board's clock yet.
      stationClock: { trusted: false, now: () => clock.now() },
    });
    const nonce = randomBytes(16).toString('hex');
    const heard: { host?: 'online' | 'offline'; keys?: Buffer; time?: Buffer } = {};
    client.on('message', (topic, payload) => {
      if (topic === topics.all(centre, 'keys')) heard.keys = payload;
      if (topic === topics.to(centre, station, 'time')) heard.time = payload;
      const host = topic === topics.all(centre, 'host') ? decodeHost(payload) : undefined;
      if (host?.ok) heard.host = host.value.state;
    });
    await client.subscribeAsync([...filters.station(centre, station)], { qos: 1 });
    const question = Buffer.from(encodePull({ orders: [], nonce }));
    await client.publishAsync(topics.from(centre, station, 'pull'), question, { qos: 1 });
    await waitUntil(clock, () => heard.keys !== undefined && heard.time !== undefined);
    if (heard.keys === undefined || !(await trust.accept(heard.keys)).ok) return fault('no-keys', '');
    if (heard.host !== 'online') return fault('centre-offline', '');
    const time = heard.time && (await trust.openTime(heard.time));
    const answer = time?.ok && time.value.value.nonce === nonce ? time.value.value : undefined;
    return {
      finding: { code: 'broker-ok', url, ms },
      ...(answer && { offsetMs: clock.now() - Date.parse(answer.now) }),
    };
  } catch (error) {
    return fault(whyOf(error), error instanceof Error ? error.message : String(error));
  } finally {
    await client?.endAsync(true).catch(() => undefined);
  }
}

/** As the station that this board was enrolled as. Rejects where its identity cannot be read. */
export async function checkBrokerAs(answer: EnrolmentAnswer, state: string, clock: Clock): Promise<BrokerCheck> {
  const paths = identityPaths(state);
  const { station } = answer.plan;
  const [certificate, authority] = await Promise.all([
    readFile(paths.certificate, 'utf8'),
    readFile(paths.authority, 'utf8'),
  ]);
  const { pem: key } = await openStationKey(state, station);
  return checkBroker({ identity: answer, station, url: answer.url, key, certificate, authority, clock });
}

/** Whether another enrolment is needed, or another certificate of the centre's authority. Rejects as `checkBrokerAs`. */
export async function isTurnedAway(answer: EnrolmentAnswer, state: string, clock: Clock): Promise<boolean> {
  const { finding } = await checkBrokerAs(answer, state, clock);
  return finding.code === 'broker-failed' && (finding.why === 'refused' || finding.why === 'certificate');
}

const connect = ({ url, station, key, certificate, authority }: BrokerCheckOptions): Promise<MqttClient> =>
  mqtt.connectAsync(
    url,
    {
      clientId: station,
      clean: true,
      protocolVersion: 4,
      reconnectPeriod: 0,
      connectTimeout: CONNECT_MS,
      ...(url.startsWith('mqtts:') && { key, cert: certificate, ca: authority, minVersion: 'TLSv1.3' as const }),
    },
    false,
  );

async function waitUntil(clock: Clock, holds: () => boolean): Promise<void> {
  const end = clock.monotonic() + ANSWER_MS;
  while (!holds() && clock.monotonic() < end) await sleep(clock, LOOK_MS);
}

function whyOf(error: unknown): BrokerFault {
  const { code } = error as { code?: unknown };
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'name';
  // MQTT 3.1.1, table 3.1: identifier rejected, bad user name, not authorised.
  if (code === 2 || code === 4 || code === 5) return 'refused';
  const text = String(code ?? (error as Error).message);
  return /CERT|TLS|SSL|ALTNAME/i.test(text) ? 'certificate' : 'unreachable';
}
