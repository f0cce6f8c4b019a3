import { EnrolmentError, type EnrolmentFault } from '../enrol/enrolment-error.ts';
import { enrolmentWords } from '../enrol/words.ts';
import type { BrokerFault, Finding, PortFinding } from './record.ts';
import type { Told } from './words.ts';
import { englishZone } from './zone-words-en.ts';

const decimal = new Intl.NumberFormat('en', { minimumFractionDigits: 1, maximumFractionDigits: 1 });

const ports: Readonly<Record<PortFinding['state'], string>> = {
  silent: 'nothing answers as a controller does',
  busy: 'another program holds it',
  denied: 'no permission to open it',
  missing: 'there is no such port',
  unusable: 'cannot be opened',
};

function noController(found: readonly PortFinding[]): Told {
  if (found.length === 0) {
    return {
      text: 'This board has no serial port.',
      remedy:
        "Plug the controller's USB cable in, switch the controller on and try again. If you know the port: --line serial:/dev/ttyUSB0",
    };
  }
  const states = new Set(found.map(({ state }) => state));
  const remedy = [
    ...(states.has('busy') ? ["If the station's program runs, stop it: sudo systemctl stop loa-agent"] : []),
    ...(states.has('denied') ? ['Run it as root: sudo loa-agent provision'] : []),
    ...(states.has('missing') ? ['Check the name: ls /dev/serial/by-id /dev/ttyUSB* /dev/ttyACM*'] : []),
    ...(states.has('silent')
      ? ['Check the controller: is its USB cable plugged into the board, is its power light on?']
      : []),
    ...(states.has('unusable') ? ['Unplug the USB cable, plug it in and try again.'] : []),
  ].join('\n');
  const lines = found.map(
    ({ line, state, detail }) => `  ${line}: ${ports[state]}${state === 'unusable' ? ` (${detail})` : ''}`,
  );
  return { text: ['No controller was found.', ...lines].join('\n'), remedy };
}

const brokerFaults: Readonly<Record<BrokerFault, Told>> = {
  name: { text: 'its address is not found', remedy: "Check the board's network and DNS: ping the centre." },
  unreachable: {
    text: 'cannot be reached',
    remedy: 'Check the network, and whether a firewall lets this port out; ask the centre whether its server runs.',
  },
  certificate: {
    text: 'the certificates do not match',
    remedy: 'Nothing was sent. Check the address with the centre; if it is right, ask for a new code and enrol again.',
  },
  refused: {
    text: 'refuses this station',
    remedy:
      "The station's certificate may have been revoked: ask the centre for a new code, and run again with it: --centre ADDRESS --code CODE",
  },
  'no-keys': {
    text: 'has no keys that the centre signed',
    remedy: "It may not be the centre's server, or the centre does not run: ask the centre.",
  },
  'centre-offline': { text: 'answers, but the centre is offline', remedy: 'Ask the centre whether loa-broker runs.' },
};

export function englishFinding(found: Finding): Told {
  switch (found.code) {
    case 'disk-ok':
      return { text: `The card can be written, ${found.freeMB} MB free` };
    case 'disk-low':
      return {
        text: `Only ${found.freeMB} MB are free on the card`,
        remedy: 'At least 200 MB are needed: remove files, or take a larger card.',
      };
    case 'disk-unwritable':
      return {
        text: `${found.folder} cannot be written (${found.detail})`,
        remedy: /EACCES|EPERM/.test(found.detail)
          ? 'Run it as root: sudo loa-agent provision'
          : 'The card may be worn out or read-only: see "dmesg", or change the card.',
      };
    case 'decoder-ok':
      return { text: `Recordings can be decoded: ${found.path}` };
    case 'decoder-missing':
      return { text: 'There is no ffmpeg to decode recordings', remedy: 'Install it: sudo apt-get install ffmpeg' };
    case 'controller-ok':
      return {
        text: `Controller sc1 ${found.serial}, ${found.relays} relays, firmware ${found.firmware}, at ${found.line}`,
      };
    case 'controller-none':
      return noController(found.ports);
    case 'enrolled':
      return { text: `Enrolled: this board is station ${found.station} of centre ${found.centre}` };
    case 'enrolled-before':
      return { text: `This board is station ${found.station} of centre ${found.centre} already; no code is needed` };
    case 'enrolment-failed': {
      const error = new EnrolmentError(found.fault as EnrolmentFault, found.detail);
      return { text: 'Not enrolled at the centre', remedy: enrolmentWords('en').failed(error) };
    }
    case 'configuration-written':
      return { text: `The configuration ${found.file} is written` };
    case 'configuration-kept':
      return { text: `The configuration ${found.file} is right already and stays` };
    case 'configuration-bad':
      return {
        text: `The configuration ${found.file} cannot be written (${found.detail})`,
        remedy: 'Check permissions (sudo), and the zones and relays that were named.',
      };
    case 'sound-ok':
      return { text: `The sound device opens: ${found.device}` };
    case 'sound-failed':
      return {
        text: `The sound device ${found.device} does not open (${found.detail})`,
        remedy:
          'Install alsa-utils if it is missing; list the devices: aplay -l, and choose: --device plughw:CARD=…\nIf it is busy, stop the program that plays.',
      };
    case 'zone':
      return englishZone(found.result);
    case 'broker-ok':
      return { text: `Connected to the centre by ${found.url} (${found.ms} ms); the centre's keys are right` };
    case 'broker-failed':
      return {
        text: `${found.url} ${brokerFaults[found.why].text}${found.detail && ` (${found.detail})`}`,
        remedy: brokerFaults[found.why].remedy,
      };
    case 'clock-ok':
      return { text: "The board's clock is synchronised" };
    case 'clock-by-centre':
      return {
        text: `The station goes by the centre's signed time; the board's clock is ${decimal.format(Math.abs(found.offsetMs) / 1_000)} s off`,
      };
    case 'clock-unknown':
      return {
        text: 'The time is not known: the clock is not synchronised and the centre did not answer',
        remedy: 'Connect the network and try again; install systemd-timesyncd or chrony if there is none.',
      };
    case 'service-ok':
      return { text: `The service loa-agent runs and starts with the board (${found.unit})` };
    case 'service-skipped':
      return found.why === 'asked'
        ? { text: 'No service was installed, as asked (--no-service)' }
        : {
            text: 'No service was installed: systemd does not run this machine',
            remedy: 'The station sounds only while its program is run by hand.',
          };
    case 'service-failed':
      return { text: 'The service could not be installed', remedy: found.detail };
    case 'airing-ok':
      return { text: `The order “${found.title}” was aired: ${found.grade}; the centre has its report` };
    case 'airing-none':
      return {
        text: `In ${found.seconds} seconds no order of the centre was aired here`,
        remedy: 'Call the centre for a test order for this station, then run again; what is done stays.',
      };
    case 'airing-wrong':
      return {
        text: `The order “${found.title}” did not air: ${found.state}${found.reason ? ` (${found.reason})` : ''}`,
        remedy: 'See why: loa-agent history; then have the centre send it again.',
      };
    case 'airing-unproven':
      return {
        text: `The order “${found.title}” was aired, but the proof reaches only so far: ${found.grade}`,
        remedy: 'Check the way to the amplifier, then have the centre send it again.',
      };
    case 'airing-unreported':
      return {
        text: `The order “${found.title}” was aired, but the centre has not stored the report`,
        remedy: 'Check the network; reports are kept and sent again. Run again to check.',
      };
    case 'airing-skipped':
      return { text: 'No order of the centre was tried, as asked' };
    case 'agent-failed':
      return { text: "The station's program does not start", remedy: found.detail };
    case 'not-reached':
      return { text: 'Not reached' };
  }
}
