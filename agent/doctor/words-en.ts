import { englishProblem } from '../configuration/problem-words.ts';
import type { DoctorWords } from './words.ts';

const CARD = 'Free some of it, or put in a larger card; recordings give way by themselves, other files do not.';
const WORN = 'The card is worn out or failing. Put in a new one: the station asks its centre for what this one knew.';
const ENROL = 'Ask the centre for a code (loa-broker stations add) and enrol again: loa-agent enrol.';

export const english: DoctorWords = {
  level: { good: 'GOOD', warning: 'LOOK', broken: 'BROKEN' },
  fix: 'do',
  summary: { 0: 'All is well.', 1: 'It works; some of it needs a look.', 2: 'Something is broken.' },
  bundled: (file) =>
    `${file} is written: logs and state, without keys and codes. Look through it before you hand it on.`,
  usage: 'say: loa-agent doctor --config FILE [--json] [--bundle FILE.tar.gz]',
  cannotBundle: (reason) => `The bundle cannot be written: ${reason}`,
  problem: englishProblem,
  of: {
    'configuration/good': ['Configuration (%)'],
    'configuration/bad': ['Configuration: %', 'Mend what is named; agent/README.md explains every key.'],
    'files/good': ['Files are the agent’s own (%)'],
    'files/denied': ['% may not be read by you', 'Ask as root: sudo loa-agent doctor …'],
    'files/missing': ['% is not there', ENROL],
    'files/open': ['% can be read by others', 'Close it: chmod 600 (folders 700).'],
    'files/foreign': ['% does not belong to the service', 'Hand it over: sudo loa-agent service install --config FILE'],
    'clock/good': ['Clock is synchronised (%)'],
    'clock/by-centre': ['The centre has told the time (%)'],
    'clock/untrusted': [
      'Clock is not synchronised (%): scheduled airings wait',
      'Check the network; install systemd-timesyncd or chrony: timedatectl. A battery clock helps after power cuts.',
    ],
    'card/good': ['Card has room (%) and takes writes'],
    'card/small': ['Card has little room (%)', CARD],
    'card/full': ['Card is full (%)', CARD],
    'card/unwritable': ['Card takes no writes: %', WORN],
    'card/errors': ['The kernel counts % errors of this file system', WORN],
    'journal/good': ['Journal opens; % reports wait for the centre'],
    'journal/new': ['No journal yet (%)'],
    'journal/damaged': [
      'Journal is damaged: %',
      'The agent sets it aside at its next start and asks its centre. Change the card if it happens again.',
    ],
    'journal/set-aside': ['A damaged journal was set aside: %', 'Check the card, then move this folder away.'],
    'journal/failed': [
      'Journal does not open: %',
      'Stop the other agent, or mend the permissions: sudo loa-agent service install --config FILE',
    ],
    'controller/good': ['Controller answers (%)'],
    'controller/none': ['No controller (hardware.driver = none)'],
    'controller/silent': [
      'Controller does not answer (%)',
      'Check its power, the cable and hardware.line; ls /dev/serial/by-id. As a service the agent needs the group dialout.',
    ],
    'decoder/good': ['Decoder (%)'],
    'decoder/missing': ['No decoder (%)', 'Install it: sudo apt-get install ffmpeg'],
    'sound/good': ['Sound card (%)'],
    'sound/failed': [
      'Sound card fails (%)',
      'See aplay -l and audio.device; is another program using it? Install alsa-utils if aplay is missing.',
    ],
    'sound/recorded': ['Nothing sounds: audio is recorded into %', 'On a board set audio.sink = "alsa".'],
    'certificate/good': ['Certificate (%)'],
    'certificate/soon': [
      'Certificate ends soon (%)',
      'It is renewed while the station is online; if it stays so, enrol again.',
    ],
    'certificate/ended': ['Certificate has ended by this clock (%)', `If the clock is right: ${ENROL}`],
    'certificate/not-ours': ['Certificate is not for this station and its key (%)', ENROL],
    'link/good': ['TLS to the broker (%)'],
    'link/plain': [
      'Link without TLS (%): anybody on the way can read and cut',
      'Only for a desk. Enrol: loa-agent enrol.',
    ],
    'link/no-name': ['The name % is not known', 'Check the network and its name server, and link.url.'],
    'link/no-answer': ['No connection to %', 'Check cable, modem and firewall; ask whether the centre runs.'],
    'link/no-trust': [
      'TLS fails: %',
      'Check the clock, then trust.authority; if both are right, somebody stands between: tell the centre.',
    ],
    'broker/good': ['Broker accepts this station (%)'],
    'broker/refused': ['Broker refuses this station: %', `Ask the centre whether it was revoked. ${ENROL}`],
    'broker/down': [
      'The agent is not connected (%)',
      'See journalctl -u loa-agent -p warning; ask the centre whether the station was revoked.',
    ],
    'centre/good': ['Centre is %'],
    'centre/offline': ['The broker answers, the centre does not (%)', 'Tell the centre; reports wait here meanwhile.'],
    'media/good': ['Recordings can be fetched (%)'],
    'media/failed': [
      'Recordings cannot be fetched at the usual place: %',
      'Check the firewall (8443). Nothing is wrong if this centre has them elsewhere.',
    ],
    'keys/good': ['Keys of the centre, manifest %'],
    'keys/none': ['No keys of the centre yet', 'They come with the first connection; until then nothing is obeyed.'],
    'keys/bad': [
      'The kept keys of the centre are not signed by trust.root (%)',
      'Check trust.root against loa-broker keys.',
    ],
    'service/good': ['Service runs and starts with the board'],
    'service/absent': ['No service: after a power cut nothing runs', 'sudo loa-agent service install --config FILE'],
    'service/off': [
      'Service does not run, or does not start with the board (%)',
      'sudo systemctl enable --now loa-agent; journalctl -u loa-agent -n 50',
    ],
    'service/restarted': ['Service was started again % times', 'journalctl -u loa-agent -p warning tells why.'],
    'service/no-systemd': ['systemd does not run this machine', 'See to it that something else starts the agent.'],
    'cache/good': ['Recordings kept (%)'],
    'doctor/failed': ['This could not be looked at: %', 'Tell whoever looks after the software, with --bundle.'],
    'alarm/warning': ['Alarm: %', 'loa-agent status tells since when.'],
    'alarm/critical': ['ALARM: %', 'loa-agent status tells since when.'],
  },
};
