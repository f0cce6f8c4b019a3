import { test } from 'tap';
import { airingsOf, relaysSet } from '../../simulator/hearing/airings.ts';
import type { Happening, TimelineEvent } from '../../simulator/loudspeaker/timeline.ts';
import { controllerCommand } from '../../simulator/station/fault-line.ts';

const at = (ms: number): string => new Date(ms).toISOString();
const event = (ms: number, happening: Happening): TimelineEvent => ({ at: at(ms), ms, sample: ms * 48, ...happening });
const relay = (ms: number, zone: string, closed: boolean): TimelineEvent => event(ms, { what: 'relay', zone, closed });

test('the relays are set at the instant at which exactly the ordered zones are closed', (t) => {
  const events = [relay(10, 'a', true), relay(10, 'b', true), relay(50, 'b', false), relay(90, 'a', false)];
  t.equal(relaysSet(events, ['a', 'b'], at(0)), at(10));
  t.equal(relaysSet(events, ['a'], at(0)), at(50), 'not while b was about to close in the same instant');
  t.equal(relaysSet(events, ['a'], at(51)), undefined);
  t.equal(relaysSet(events, ['c'], at(0)), undefined);
  t.end();
});

test('every player makes one airing, finished or killed; one that goes on makes none yet', (t) => {
  const player = (ms: number, did: 'started' | 'killed' | 'drained'): TimelineEvent =>
    event(ms, { what: 'player', did });
  const events = [player(1, 'started'), player(5, 'killed'), player(6, 'started'), player(9, 'drained')];
  t.match(airingsOf([...events, player(12, 'started')]), [
    { from: 48, to: 240, drained: false },
    { from: 288, to: 432, drained: true },
  ]);
  t.equal(airingsOf([...events, player(12, 'started')]).length, 2);
  t.end();
});

test('typed faults name zones, the controller counts relays', (t) => {
  const zones = ['thon-1', 'cho'];
  t.equal(controllerCommand('stuck cho closed', zones), 'stuck 2 closed');
  t.equal(controllerCommand(' stuck  thon-1 off ', zones), 'stuck 1 repaired');
  t.equal(controllerCommand('lie cho on', zones), 'lying 2 closed');
  t.equal(controllerCommand('garble off', zones), 'garble 0');
  t.equal(controllerCommand('unplug', zones), 'unplug');
  t.end();
});
