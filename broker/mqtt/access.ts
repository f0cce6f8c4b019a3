import { alarmNames } from '../../protocol/alarm.ts';
import { filters, parseTopic, topics } from '../../protocol/topics.ts';

const identity = /^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/;
const retainable: readonly string[] = ['state', 'birth', 'alarm'];

/**
 * Who may do what at the embedded broker (design, section 9). For now a peer is who its client id says; certificates
 * will say it later, and nothing here changes then.
 */
export interface Access {
  isIdentity(id: string): boolean;
  /** A station publishes only below `from/<itself>`, an ordering client only its own orders. */
  mayPublish(id: string, topic: string): boolean;
  /** Only state, birth and alarms: anything else retained would outlive its meaning and fill the memory. */
  mayRetain(topic: string): boolean;
  /** Exactly the filters of a station, or a client's receipts; a wildcard of any other form is refused. */
  maySubscribe(id: string, filter: string): boolean;
  /** The same once more where a message leaves, whatever was subscribed. */
  mayReceive(id: string, topic: string): boolean;
}

export function accessFor(centre: string): Access {
  return {
    isIdentity: (id) => identity.test(id),

    mayPublish: (id, topic) => {
      const parsed = parseTopic(centre, topic);
      if (parsed === undefined) return false;
      if ('client' in parsed) return parsed.channel === 'order' && parsed.client === id;
      if (!('from' in parsed) || parsed.station !== id) return false;
      return parsed.channel !== 'alarm' || (alarmNames as readonly string[]).includes(parsed.alarm);
    },

    mayRetain: (topic) => {
      const parsed = parseTopic(centre, topic);
      return parsed !== undefined && 'from' in parsed && retainable.includes(parsed.channel);
    },

    maySubscribe: (id, filter) =>
      filters.station(centre, id).includes(filter) || filter === topics.in(centre, id, 'receipt'),

    mayReceive: (id, topic) => {
      const parsed = parseTopic(centre, topic);
      if (parsed === undefined) return false;
      if ('client' in parsed) return parsed.channel === 'receipt' && parsed.client === id;
      return 'to' in parsed && (parsed.to === 'all' || parsed.station === id);
    },
  };
}
