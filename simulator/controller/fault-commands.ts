import type { Contact } from './board.ts';
import type { ControllerFaults } from './faults.ts';

/** The faults as words to type, with what they do. `N` is a relay number. */
export const faultCommands: ReadonlyMap<string, string> = new Map([
  ['unplug', 'the line is pulled out'],
  ['replug', 'the line is plugged in again'],
  ['garble SHARE', 'this share (0 to 1) of the bytes is corrupted; 0 ends it'],
  ['wedge on|off', 'the controller answers nothing'],
  ['stuck N open|closed|repaired', 'the relay no longer moves'],
  ['lying N open|closed|repaired', 'the contact sensing says so whatever is'],
  ['hot on|off', 'over-temperature'],
  ['amplifier on|off', 'amplifier fault'],
  ['override on|off', 'the local microphone takes over'],
  ['tamper on|off', 'the cabinet door is open'],
  ['reboot', 'the controller restarts by its watchdog'],
]);

const contacts: ReadonlyMap<string, Contact | undefined> = new Map([
  ['open', 'open'],
  ['closed', 'closed'],
  ['repaired', undefined],
]);

/** Does what a line of `faultCommands` says; false for a line that is none of them. */
export async function runFaultCommand(faults: ControllerFaults, line: string): Promise<boolean> {
  const [name = '', first = '', second = ''] = line.trim().split(/\s+/);
  const switches: ReadonlyMap<string, (on: boolean) => void> = new Map([
    ['wedge', faults.wedge],
    ['hot', faults.overTemperature],
    ['amplifier', faults.amplifierFault],
    ['override', faults.override],
    ['tamper', faults.tamper],
  ]);
  const switched = switches.get(name);
  if (switched !== undefined && (first === 'on' || first === 'off')) {
    switched(first === 'on');
  } else if ((name === 'stuck' || name === 'lying') && /^[0-9]+$/.test(first) && contacts.has(second)) {
    const contact = contacts.get(second);
    if (name === 'stuck') faults.stick(Number(first), contact);
    else faults.lie(Number(first), contact);
  } else if (name === 'garble' && Number(first) >= 0 && Number(first) <= 1) {
    faults.garble(Number(first));
  } else if (name === 'reboot') {
    faults.reboot();
  } else if (name === 'unplug' || name === 'replug') {
    await faults[name]();
  } else {
    return false;
  }
  return true;
}
