import { encodeHost } from '../../protocol/host.ts';
import { topics } from '../../protocol/topics.ts';
import type { Authority } from '../authority/authority.ts';
import { centreIdentity } from '../authority/centre-identity.ts';
import type { ServerIdentity } from '../authority/server-identity.ts';
import type { Log } from '../log.ts';
import type { Bus } from './bus.ts';
import { embeddedBus } from './embedded.ts';
import { ExternalBus } from './external.ts';

export interface OpenBusOptions {
  readonly centre: string;
  readonly host: string;
  /** Port of the embedded broker; 0 for any free one. */
  readonly port: number;
  /** `mqtt://…` or `mqtts://…` of an external broker in place of the embedded one. */
  readonly broker: string | undefined;
  readonly authority: Authority;
  /** Undefined: plain connections. */
  readonly identity: ServerIdentity | undefined;
  readonly isRevoked: (serial: string) => boolean;
  readonly isStation: (id: string) => boolean;
  readonly log: Log;
}

/** The centre's own broker, or its connection to somebody else's. */
export async function openBus(options: OpenBusOptions): Promise<Bus> {
  const { centre, host, port, broker, authority, identity, isRevoked, isStation, log } = options;
  if (broker === undefined) return embeddedBus({ centre, host, port, log, identity, isRevoked, isStation });
  return new ExternalBus({
    url: broker,
    clientId: `centre-${centre}`,
    identity: broker.startsWith('mqtts:') ? () => centreIdentity(authority, `centre-${centre}`) : undefined,
    will: () => ({
      topic: topics.all(centre, 'host'),
      payload: encodeHost({ state: 'offline', since: new Date().toISOString() }),
    }),
    log,
  });
}
