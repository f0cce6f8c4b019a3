import type { ZoneResult } from './record.ts';
import type { Told } from './words.ts';

const decimal = new Intl.NumberFormat('en', { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const amperes = new Intl.NumberFormat('en', { minimumFractionDigits: 2, maximumFractionDigits: 2 });

const zoneRemedies: Readonly<Record<string, string>> = {
  'no-such-relay': 'The controller has no relay of this number: choose another (--zone ZONE=RELAY).',
  'relay-taken': 'Another zone hangs on this relay: each zone needs its own (--zone ZONE=RELAY).',
  'controller-unreachable': 'The controller stopped answering: check its cable and power.',
  'controller-refused': 'The controller refuses: switch it off and on and try again.',
  'lease-lost': 'The controller opened its relays because the board was too busy: try again.',
  'amplifier-fault': 'The amplifier reports a fault: check its power, the loudspeaker lines, its heat.',
  'sound-card-failed': 'The sound device does not play: does another program use it?',
};

const sensed = (rmsDb: number | undefined, currentA: number | undefined): string =>
  [
    ...(rmsDb === undefined ? [] : [`, output ${decimal.format(rmsDb)} dB`]),
    ...(currentA === undefined ? [] : [`, current ${amperes.format(currentA)} A`]),
  ].join('');

export const englishSensed = ({ rmsDb, currentA }: ZoneResult): string | undefined =>
  rmsDb === undefined ? undefined : `Measured${sensed(rmsDb, currentA).replace(',', ':')}`;

export function englishZone({ name, relay, verdict, rmsDb, currentA, code = '' }: ZoneResult): Told {
  const measured = sensed(rmsDb, currentA);
  const who = `Zone “${name}” (relay ${relay})`;
  switch (verdict) {
    case 'heard':
      return { text: `${who}: somebody heard it${measured}` };
    case 'measured':
      return { text: `${who}: sound was measured, nobody has confirmed it by ear${measured}` };
    case 'unknown':
      return {
        text: `${who}: was played; the hardware cannot measure it and nobody has confirmed it by ear`,
        remedy: 'Let somebody stand under a loudspeaker; when it is heard, run again with --heard ZONE',
      };
    case 'unheard':
      return {
        text: `${who}: was not heard${measured}`,
        remedy: 'Check the wire from the relay to the loudspeakers and the switches there, then try again.',
      };
    case 'silent':
      return {
        text: `${who}: the amplifier gives no output${measured}`,
        remedy: "Check the wire from the board to the amplifier, the amplifier's volume knob and its power.",
      };
    case 'no-load':
      return {
        text: `${who}: the amplifier sounds, but no current goes to the loudspeakers${measured}`,
        remedy: 'The line may be cut, or does not hang on this relay.',
      };
    case 'relay':
      return {
        text: `${who}: the relays are not as commanded`,
        remedy: 'A relay sticks or its contact is broken: do not use it, take another.',
      };
    case 'failed':
      return { text: `${who}: could not be tested (${code})`, remedy: zoneRemedies[code] ?? `Error: ${code}` };
  }
}
