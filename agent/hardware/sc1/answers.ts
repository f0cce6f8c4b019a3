import { Refusal } from '../../../protocol/refusal.ts';
import type { OutputLevel } from '../ports.ts';

const SILENCE_DB = -120;

/** HELLO: `sc1,firmware,serial,relays,capabilities,boot,cause`. */
export interface Hello {
  readonly firmware: string;
  readonly serial: string;
  readonly relays: number;
  /** Letters: C contact sensing, D dead-man, O output, I current, T temperature, M mains, B battery. */
  readonly capabilities: string;
  readonly boot: string;
  readonly cause: string;
}

/** STAT: `commanded,contacts,amplifier,mute,conditions,boot`. */
export interface Status {
  /** Bit 0 is relay 1. */
  readonly commanded: number;
  /** Undefined where no contact is sensed. */
  readonly contacts: number | undefined;
  readonly conditions: ReadonlySet<string>;
  readonly boot: string;
}

/** SENS: `rms,peak,temperature,mains,battery,current…`; an empty field was not measured. */
export interface Senses {
  readonly output: OutputLevel | undefined;
  readonly temperatureC: number | undefined;
  readonly mainsV: number | undefined;
  readonly batteryV: number | undefined;
  /** Ampere, by relay number minus one. */
  readonly currentsA: readonly (number | undefined)[];
}

export function readHello(data: readonly string[]): Hello {
  const [protocol, firmware, serial, relays, capabilities, boot, cause] = data;
  const known = protocol === 'sc1' && firmware && serial && capabilities !== undefined && boot && cause;
  const count = Number(relays);
  if (!known || !Number.isInteger(count) || count < 1 || count > 16) throw unintelligible('HELLO', data);
  return { firmware, serial, relays: count, capabilities, boot, cause };
}

export function readStatus(data: readonly string[]): Status {
  const [commanded, contacts, amplifier, mute, conditions, boot] = data;
  const mask = maskOf(commanded);
  const sensed = contacts === '' ? undefined : maskOf(contacts);
  const whole = /^(on|off),(on|off)$/.test(`${amplifier},${mute}`) && conditions && boot;
  if (!whole || mask === undefined || (contacts !== '' && sensed === undefined)) throw unintelligible('STAT', data);
  const standing = new Set(conditions === 'NONE' ? [] : conditions.split('+'));
  return { commanded: mask, contacts: sensed, conditions: standing, boot };
}

export function readSenses(data: readonly string[]): Senses {
  const numbers = data.map((text) => (/^-?[0-9]{1,6}(\.[0-9]{1,3})?$/.test(text) ? Number(text) : undefined));
  if (data.length < 5 || numbers.some((value, at) => value === undefined && data[at] !== '')) {
    throw unintelligible('SENS', data);
  }
  const [rmsDb, peakDb, temperatureC, mainsV, batteryV, ...hundredths] = numbers;
  const output =
    isLevel(rmsDb) && isLevel(peakDb)
      ? { rmsDb: Math.max(SILENCE_DB, rmsDb), peakDb: Math.max(SILENCE_DB, peakDb) }
      : undefined;
  const currentsA = hundredths.map((value) => (value === undefined ? undefined : value / 100));
  return { output, temperatureC, mainsV, batteryV, currentsA };
}

/** Above 40 dB over full output it is no level: a report could not even carry it. */
const isLevel = (db: number | undefined): db is number => db !== undefined && db <= 40;

function maskOf(text: string | undefined): number | undefined {
  return text !== undefined && /^[0-9A-F]{1,4}$/.test(text) ? Number.parseInt(text, 16) : undefined;
}

function unintelligible(verb: string, data: readonly string[]): Refusal {
  return new Refusal('controller-refused', `the answer to ${verb} is not of sc1: ${JSON.stringify(data)}`);
}
