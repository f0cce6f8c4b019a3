import { alarmNames } from '../../protocol/alarm.ts';
import { filters, parseTopic, topics } from '../../protocol/topics.ts';
import type { Peer } from './peer.ts';

const identity = /^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/;
const retainable: readonly string[] = ['state', 'birth', 'alarm'];

/**
 * Who may do what at the embedded broker (design, section 9), by the identity that its certificate proves. What a
 * station may do, no ordering client may, whatever its name.
 */
export interface Access {
  isIdentity(id: string): boolean;
  /** A station publishes only below `from/<itself>`, an ordering client only its own orders. */
  mayPublish(peer: Peer, topic: string): boolean;
  /** Only state, birth and alarms: anything else retained would outlive its meaning and fill the memory. */
  mayRetain(topic: string): boolean;
  /** Exactly the filters of a station, or a client's receipts; a wildcard of any other form is refused. */
  maySubscribe(peer: Peer, filter: string): boolean;
  /** The same once more where a message leaves, whatever was subscribed. */
  mayReceive(peer: Peer, topic: string): boolean;
}

export function accessFor(centre: string): Access {
  return {
    isIdentity: (id) => identity.test(id),

    mayPublish: (peer, topic) => {
      const parsed = parseTopic(centre, topic);
      if (parsed === undefined) return false;
      if ('client' in parsed) return parsed.channel === 'order' && isClient(peer, parsed.client);
      if (!('from' in parsed) || !isStation(peer, parsed.station)) return false;
      return parsed.channel !== 'alarm' || (alarmNames as readonly string[]).includes(parsed.alarm);
    },

    mayRetain: (topic) => {
      const parsed = parseTopic(centre, topic);
      return parsed !== undefined && 'from' in parsed && retainable.includes(parsed.channel);
    },

    maySubscribe: (peer, filter) =>
      (isStation(peer, peer.id) && filters.station(centre, peer.id).includes(filter)) ||
      (isClient(peer, peer.id) && filter === topics.in(centre, peer.id, 'receipt')),

    mayReceive: (peer, topic) => {
      const parsed = parseTopic(centre, topic);
      if (parsed === undefined) return false;
      if ('client' in parsed) return parsed.channel === 'receipt' && isClient(peer, parsed.client);
      return 'to' in parsed && isStation(peer, parsed.to === 'all' ? peer.id : parsed.station);
    },
  };
}

const isStation = ({ id, role }: Peer, station: string): boolean => id === station && role !== 'client';
const isClient = ({ id, role }: Peer, client: string): boolean => id === client && role !== 'station';
