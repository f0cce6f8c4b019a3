/** Every topic is built and parsed here and nowhere else [P-1]. */

export type CentreToAll = 'host' | 'keys' | 'index' | 'order';
export type CentreToStation = 'index' | 'order' | 'ack' | 'time' | 'command';
export type StationChannel = 'state' | 'birth' | 'report' | 'health' | 'pull';

export type Topic =
  | { readonly to: 'all'; readonly channel: CentreToAll }
  | { readonly to: 'station'; readonly station: string; readonly channel: CentreToStation }
  | { readonly from: 'station'; readonly station: string; readonly channel: StationChannel }
  | { readonly from: 'station'; readonly station: string; readonly channel: 'alarm'; readonly alarm: string }
  | { readonly client: string; readonly channel: 'order' | 'receipt' };

const VERSION = '1';
const level = /^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/;
const toAll: readonly string[] = ['host', 'keys', 'index', 'order'] satisfies CentreToAll[];
const toStation: readonly string[] = ['index', 'order', 'ack', 'time', 'command'] satisfies CentreToStation[];
const fromStation: readonly string[] = ['state', 'birth', 'report', 'health', 'pull'] satisfies StationChannel[];

const root = (centre: string): string => `loa/${VERSION}/${centre}`;

export const topics = {
  all: (centre: string, channel: CentreToAll): string => `${root(centre)}/all/${channel}`,
  to: (centre: string, station: string, channel: CentreToStation): string => `${root(centre)}/to/${station}/${channel}`,
  from: (centre: string, station: string, channel: StationChannel): string =>
    `${root(centre)}/from/${station}/${channel}`,
  alarm: (centre: string, station: string, alarm: string): string => `${root(centre)}/from/${station}/alarm/${alarm}`,
  in: (centre: string, client: string, channel: 'order' | 'receipt'): string =>
    `${root(centre)}/in/${client}/${channel}`,
};

export const filters = {
  /** The two filters of a station, no more [P-3]. They are disjoint: aedes disconnects on overlapping ones. */
  station: (centre: string, station: string): readonly [string, string] => [
    `${root(centre)}/all/+`,
    `${root(centre)}/to/${station}/+`,
  ],
  /** What the centre listens to. */
  centre: (centre: string): readonly string[] => [
    ...[...fromStation, 'alarm/+'].map((channel) => `${root(centre)}/from/+/${channel}`),
    `${root(centre)}/in/+/order`,
  ],
};

/** Reads a topic of this centre; undefined for every other topic. */
export function parseTopic(centre: string, topic: string): Topic | undefined {
  const prefix = `${root(centre)}/`;
  if (!topic.startsWith(prefix)) return undefined;
  const parts = topic.slice(prefix.length).split('/');
  if (!parts.every((part) => level.test(part))) return undefined;
  const [direction, name, channel, alarm] = parts;
  if (direction === undefined || name === undefined) return undefined;
  if (direction === 'all' && parts.length === 2 && toAll.includes(name)) {
    return { to: 'all', channel: name as CentreToAll };
  }
  if (channel === undefined) return undefined;
  if (direction === 'to' && parts.length === 3 && toStation.includes(channel)) {
    return { to: 'station', station: name, channel: channel as CentreToStation };
  }
  if (direction === 'from' && parts.length === 3 && fromStation.includes(channel)) {
    return { from: 'station', station: name, channel: channel as StationChannel };
  }
  if (direction === 'from' && parts.length === 4 && channel === 'alarm' && alarm !== undefined) {
    return { from: 'station', station: name, channel, alarm };
  }
  if (direction === 'in' && parts.length === 3 && (channel === 'order' || channel === 'receipt')) {
    return { client: name, channel };
  }
  return undefined;
}
