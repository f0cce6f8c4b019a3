import { test } from 'tap';
import { alarmText } from '../../agent/control/alarm-words.ts';
import { type AlarmName, alarmNames } from '../../protocol/alarm.ts';

/** One of each sentence in which the agent tells of an alarm. */
const told: readonly (readonly [AlarmName, string])[] = [
  ['controller', 'controller-unreachable'],
  ['controller', 'controller-unreachable: no answer within 3 × 500 ms'],
  ['controller', 'controller-unreachable: the line does not open'],
  ['controller', 'controller-unreachable: the line went away'],
  ['controller', 'controller-unreachable: the line is not open yet'],
  ['controller', 'controller-unreachable: the line was closed'],
  ['controller', 'it restarted: BROWNOUT'],
  ['relay', 'thon-1 is closed, thon-2 is open'],
  ['over-temperature', 'over-temperature'],
  ['tamper', 'tamper'],
  ['override', 'stopped by command'],
  ['override', 'stopped at the controller'],
  ['sound-card', 'the player ended early'],
  ['sound-card', 'the player ended with 139'],
  ['sound-card', 'it takes no more sound'],
  ['decoder', 'decoder-failed: it ended with 139'],
  ['decoder', 'decoder-hung: /var/lib/loa/cache/x'],
  ['clock', 'the time is not known: all but emergencies wait'],
  ['clock', "the system's clock was set by -90 s: the station keeps its own time"],
  ['clock', "the centre's clock differs by +7 s from this one, which is synchronised"],
  ['clock', 'the time was not compared with another clock for a day'],
  [
    'disk',
    'the card is full: the room kept for the journal is in use. Remove what is not needed from the card until 16 MB are free, or put in a larger one',
  ],
  ['disk', 'no room can be kept for the journal: EIO. Check the card, or put in another'],
  ['journal', 'it cannot be written'],
  [
    'journal',
    'the centre does not say what it knows of this journal: reports wait, and after a start only emergencies are taken',
  ],
  ['journal', 'the card cannot be written (EROFS): the station runs from memory, and nothing outlives a restart'],
  ['journal', "an earlier one, damaged or another station's, is set aside as journal.broken-1; a new one was begun"],
  ['forged', 'a message was refused: bad-signature'],
  ['overload', 'too many airings are open: orders are refused'],
];

test('a technician reads alarms in Vietnamese, and in English when asked', (t) => {
  const english = /\b(?:the|is|was|by|it|and|from|with|not|are)\b/;
  for (const [name, detail] of told) {
    const text = alarmText({ name, detail }, 'vi');
    t.notOk(english.test(text), text);
    t.ok(alarmText({ name, detail }, 'en').endsWith(`: ${detail}`));
    const quoted = detail.match(
      /16 MB|[+-]\d+ s|139|EROFS|EIO|thon-1|journal\.broken-1|bad-signature|BROWNOUT|3 × 500 ms/,
    );
    if (quoted !== null) t.ok(text.includes(quoted[0]), text);
  }
  const complaint = 'aplay: main:831: audio open error: Device or resource busy';
  t.equal(alarmText({ name: 'sound-card', detail: complaint }, 'vi'), `card âm thanh: ${complaint}`);
  const named = alarmNames.map((name) => alarmText({ name, detail: '' }, 'vi'));
  t.equal(new Set(named).size, alarmNames.length);
  t.end();
});
