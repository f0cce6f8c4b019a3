import assert from 'node:assert/strict';
import fc from 'fast-check';
import { test } from 'tap';
import { filters, parseTopic, type Topic, topics } from '../../protocol/topics.ts';
import { identifier } from '../support/fields.ts';

const topic: fc.Arbitrary<Topic> = fc.oneof(
  fc.record({
    to: fc.constant('all' as const),
    channel: fc.constantFrom('host' as const, 'keys' as const, 'index' as const, 'order' as const),
  }),
  fc.record({
    to: fc.constant('station' as const),
    station: identifier,
    channel: fc.constantFrom(...(['index', 'order', 'ack', 'time', 'command'] as const)),
  }),
  fc.record({
    from: fc.constant('station' as const),
    station: identifier,
    channel: fc.constantFrom('state' as const, 'birth' as const, 'report' as const, 'health' as const, 'pull' as const),
  }),
  fc.record({
    from: fc.constant('station' as const),
    station: identifier,
    channel: fc.constant('alarm' as const),
    alarm: identifier,
  }),
  fc.record({ client: identifier, channel: fc.constantFrom('order' as const, 'receipt' as const) }),
);

function build(centre: string, of: Topic): string {
  if ('client' in of) return topics.in(centre, of.client, of.channel);
  if ('from' in of) {
    return of.channel === 'alarm'
      ? topics.alarm(centre, of.station, of.alarm)
      : topics.from(centre, of.station, of.channel);
  }
  return of.to === 'all' ? topics.all(centre, of.channel) : topics.to(centre, of.station, of.channel);
}

/** As a broker matches, for filters without `#`. */
function matches(filter: string, name: string): boolean {
  const [wanted, levels] = [filter.split('/'), name.split('/')];
  return wanted.length === levels.length && wanted.every((level, at) => level === '+' || level === levels[at]);
}

test('every topic reads back as what it was built from [P-1]', async () => {
  fc.assert(
    fc.property(identifier, topic, (centre, of) => {
      assert.deepEqual(parseTopic(centre, build(centre, of)), structuredClone(of));
    }),
  );
});

test('a topic of another centre is nobody’s', async () => {
  fc.assert(
    fc.property(identifier, identifier, topic, (centre, other, of) => {
      fc.pre(centre !== other);
      assert.equal(parseTopic(other, build(centre, of)), undefined);
    }),
  );
});

test('each topic reaches exactly one side, by exactly one filter [P-3]', async () => {
  fc.assert(
    fc.property(identifier, identifier, topic, (centre, stranger, of) => {
      const name = build(centre, of);
      const heard = (list: readonly string[]): number => list.filter((filter) => matches(filter, name)).length;
      const down = 'to' in of;
      const station = down && of.to === 'station' ? of.station : stranger;
      assert.equal(heard(filters.station(centre, station)), down ? 1 : 0);
      assert.equal(heard(filters.centre(centre)), down || ('client' in of && of.channel === 'receipt') ? 0 : 1);
      if (down && of.to === 'station' && stranger !== of.station) {
        assert.equal(heard(filters.station(centre, stranger)), 0);
      }
    }),
  );
});

test('rubbish is no topic', async (t) => {
  const rubbish = [
    '',
    'loa/1/c',
    'loa/1/c/',
    'loa/2/c/all/order',
    'loa/1/c/all/order/',
    'loa/1/c//order',
    'loa/1/c/all/+',
    'loa/1/c/to/+/order',
    'loa/1/c/to/a/#',
    'loa/1/c/to/A/order',
    'loa/1/c/to/-a/order',
    'loa/1/c/to/a/report',
    'loa/1/c/from/a/order',
    'loa/1/c/from/a/alarm',
    'loa/1/c/from/a/alarm/x/y',
    'loa/1/c/in/a/keys',
    'loa/1/c/in/a/order/x',
    `loa/1/c/to/${'a'.repeat(65)}/order`,
    'loa/1/c/to/đài/order',
    '$SYS/broker/uptime',
  ];
  for (const name of rubbish) t.equal(parseTopic('c', name), undefined, name);
});

test('no text whatever makes the parser throw', async () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (name) => void parseTopic('c', `loa/1/c/${name}`)));
});
