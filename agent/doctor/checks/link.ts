import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import { connect as connectTcp } from 'node:net';
import { connect as connectTls } from 'node:tls';
import mqtt from 'mqtt';
import { readIdentity } from '../../link/identity.ts';
import { openStationKey } from '../../report/station-key.ts';
import type { Finding } from '../finding.ts';
import type { Patient } from '../patient.ts';

interface Identity {
  readonly key: string;
  readonly cert?: string;
  readonly ca?: string;
}

const DEADLINE_MS = 8_000;

/** The way to the centre step by step; only an agent that does not run is spoken for at the broker itself. */
export async function link({ configuration, running }: Patient): Promise<readonly Finding[]> {
  const url = new URL(configuration.link.url);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const secure = url.protocol === 'mqtts:';
  const port = Number(url.port || (secure ? 8883 : 1883));
  const address = await lookup(host).catch(() => undefined);
  if (address === undefined) return [{ code: 'link/no-name', detail: host }];
  const place = `${host} (${address.address}), ${port}`;
  const silence = await failureOf(async () => {
    const socket = connectTcp({ host, port, signal: AbortSignal.timeout(DEADLINE_MS) });
    await once(socket, 'connect').finally(() => socket.destroy());
  });
  if (silence !== undefined) return [{ code: 'link/no-answer', detail: `${place}: ${silence}` }];
  const found: Finding[] = [];
  const identity = secure ? await identityOf(configuration) : undefined;
  if (identity !== undefined) {
    const distrust = await failureOf(async () => {
      const options = {
        host,
        port,
        servername: host,
        timeout: DEADLINE_MS,
        ...identity,
        minVersion: 'TLSv1.3' as const,
      };
      const socket = connectTls(options);
      socket.once('timeout', () => socket.destroy(new Error('no answer')));
      await once(socket, 'secureConnect').finally(() => socket.destroy());
    });
    if (distrust !== undefined) return [{ code: 'link/no-trust', detail: `${place}: ${distrust}` }];
  }
  found.push({ code: secure ? 'link/good' : 'link/plain', detail: place });
  if (running !== undefined) return [...found, ...said(running, place)];
  const refusal = await failureOf(async () => {
    const { station } = configuration;
    const once = { clean: true, reconnectPeriod: 0, connectTimeout: DEADLINE_MS, protocolVersion: 4 as const };
    const client = await mqtt.connectAsync(url.href, { clientId: station, ...once, ...identity }, false);
    await client.endAsync();
  });
  return [...found, { code: refusal === undefined ? 'broker/good' : 'broker/refused', detail: refusal ?? place }];
}

function said({ link, centre }: NonNullable<Patient['running']>, place: string): readonly Finding[] {
  if (link === 'down') return [{ code: 'broker/down', detail: place }];
  const online: Finding = { code: 'broker/good', detail: place };
  return [online, { code: centre === 'offline' ? 'centre/offline' : 'centre/good', detail: centre }];
}

async function identityOf(configuration: Patient['configuration']): Promise<Identity> {
  const { certificate, authority } = await readIdentity(configuration);
  const { pem } = await openStationKey(configuration.state, configuration.station);
  return { key: pem, ...(certificate !== undefined && { cert: certificate }), ...(authority && { ca: authority }) };
}

async function failureOf(work: () => Promise<unknown>): Promise<string | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return message || code || 'it failed';
  }
}
