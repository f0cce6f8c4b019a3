import { keyringInEnglish } from './keyring-en.ts';
import { policyInEnglish } from './policy-en.ts';
import { refusalsInEnglish } from './refusals-en.ts';

/** What an operator reads on the command line, in English. Codes of the wire stay as they are. */
export const english = {
  program: 'The centre of a loudspeaker network: embedded MQTT broker, order book, recordings, ledger of reports',
  optionData: "the centre's data folder",
  optionJson: 'machine-readable output: JSON',
  optionLang: 'language of the output: vi or en',
  helpTitles: { Usage: 'Usage', Options: 'Options', Commands: 'Commands', Arguments: 'Arguments' },
  optionHelp: 'show this help',
  optionVersion: 'show name and version',
  helpDefault: 'default',
  examples: 'Examples:',
  usage: {
    unknownOption: (what: string) => `There is no option ${what}. --help shows those there are.`,
    unknownCommand: (what: string) => `There is no command ${what}. --help shows those there are.`,
    missing: (what: string) => `Missing: ${what}. --help shows what belongs here.`,
    invalid: (what: string) => `Not understood: ${what}. --help shows what belongs here.`,
    tooMany: (command: string) => `Too many words after ${command}. Put text with blanks into quotes; see --help.`,
    badArgument: (option: string, given: string, problem: string) => `${option}: "${given}" is not right: ${problem}`,
    oneOf: (choices: string) => `must be one of ${choices}`,
  },

  keys: "the centre's keys",
  keysInit: 'make the root key, one signing key and the API token',
  keysInitCentre: "the centre's id: lower-case letters, digits, hyphens",
  keysInitDone: (centre: string, root: string) =>
    `Keys made for centre ${centre}.\nRoot public key, to be set on every station ([trust] root):\n  ${root}`,
  keysAdd: "add an ordering client's public key to the manifest",
  keysAddClient: "the client's id; also its MQTT client id",
  keysAddKey: 'Ed25519 public key: 32 bytes in base64url',
  keysAddPriority: 'priority that this key may order: routine, priority, emergency; several are possible',
  keysCertificate: "certify an ordering client's key for TLS; an earlier certificate of it is revoked",
  keysCertificateOut: 'folder for the two files',
  keysCertified: (client: string, certificate: string, authority: string) =>
    `${client} may connect with:\n  ${certificate}   its certificate, for the key that signs its orders\n  ${authority}   the authority, by which it knows this centre`,
  keysAddDone: (kid: string) => `The name of the key is ${kid}.`,
  keyring: keyringInEnglish,

  run: 'run the centre until it is stopped (Ctrl-C)',
  runHost: 'address to listen on',
  runName: 'host name or address under which stations reach this centre; several are possible',
  runPlain: 'plain MQTT and HTTP without certificates: anybody on the network can then pose as a station',
  runMqttPort: 'MQTT port of the embedded broker (8883; plain 1883); 0 for any free one',
  runHttpPort: 'HTTPS port (8443; plain 8080); 0 for any free one',
  runBroker: 'use this MQTT broker instead of the embedded one: mqtt://…',
  runDatabase: 'use this PostgreSQL instead of the embedded database: postgres://…',
  runMediaUrl: 'where stations fetch recordings, if not at the HTTP address itself',
  runReady: (mqtt: string, http: string) =>
    `The centre is ready.\n  MQTT: ${mqtt}\n  HTTP: ${http}\nStop it with Ctrl-C.`,

  media: 'recordings',
  mediaAdd: 'bring an audio file to one loudness, encode it (Opus) and put it into the store',
  mediaAddFile: 'audio file of any format that ffmpeg reads',
  mediaAddLanguage: 'language spoken: BCP 47 tag',
  mediaAddFfmpeg: 'ffmpeg program to use',
  mediaAdded: (hash: string, seconds: string, kilobytes: string) =>
    `Recording stored: ${hash}\n  length ${seconds} s, ${kilobytes} kB`,

  order: 'broadcast orders',
  orderSend: 'send a new order',
  orderTitle: 'title, as people will read it',
  orderTo: 'all, or station ids with commas',
  orderGroup: 'a group of stations; may be given several times',
  orderMedia: 'recording: SHA-256 out of the store, or an audio file; several play one after the other',
  orderLanguage: 'language of audio files given by --media',
  orderPriority: 'routine, priority or emergency',
  orderZones: 'only zones with these tags, with commas',
  orderAt: 'when to air, for example 2026-11-20T17:00:00+07:00; may be given several times; absent: now',
  orderDaily: 'local times at which it airs every day, for example 05:00 11:00 17:30, until further notice',
  orderWeekdays: 'of daily airings: only on these days, 1 is Monday and 7 Sunday',
  orderFrom: 'of daily airings: the first date, like 2026-11-23',
  orderUntil: 'of daily airings: the last date',
  orderTimeZone: 'of daily airings: the time zone of their times',
  atAndDaily: 'Give either --at or --daily, not both.',
  orderLateBy: 'how many seconds late an airing may still begin',
  orderExpiresIn: 'how long the order stays in force: 90s, 30m, 1h, 2d',
  orderVolume: "percent of the station's full level",
  orderChime: 'chime first',
  orderRepeat: 'how many times in a row',
  orderGap: 'seconds between repeats',
  orderOnInterrupt: 'what to do with an interrupted airing: skip, restart or resume',
  orderStatus: 'actual, exercise or test',
  orderBasisNumber: 'number of the document that the order carries out',
  orderBasisDate: 'its date: 2026-11-20',
  orderBasisIssuer: 'who issued it',
  orderWatch: 'watch the order until every station is done',
  orderSent: (id: string, stations: number) => `Order booked and sent: ${id}\n  stations: ${stations}`,
  orderForNobody:
    'Note: no station is known to this centre yet, so nobody will air this order now. See: loa-broker stations',
  orderCancel: 'cancel an order',
  orderCancelReason: 'why, as people will read it',
  orderCancelled: (id: string, rev: number) => `Order ${id} is cancelled up to revision ${rev}.`,
  orderList: 'list the latest orders',
  orderShow: 'show what every station said of an order',
  orderWatchCommand: 'show how an order fares on each station, until all are done',
  orderId: "the order's id",
  noOrders: 'There are no orders.',
  headOrders: ['booked', 'order', 'priority', 'title', 'to', 'state'],
  priorities: { emergency: 'emergency', priority: 'priority', routine: 'routine' },
  stateLive: 'in force',
  stateCancelled: 'cancelled',
  stateExpired: 'expired',
  toAll: 'all',

  stations: 'list the stations and their alarms',
  stationsList: 'list the stations',
  stationsReset: "forget a station's pinned key, after its board was replaced",
  stationsResetDone: (station: string) => `The pinned key of ${station} is reset.`,
  stationsAdd: 'plan a station, or many from a CSV file, and print the code with which its board enrols',
  stationsAddStation: "the station's id: lower-case letters, digits, hyphens",
  stationsAddName: 'its name, as people read it',
  stationsAddPlace: 'where it stands',
  stationsAddGroup: 'groups it belongs to',
  stationsAddLanguage: 'languages spoken there, the preferred one first (BCP 47; vi)',
  stationsAddZone:
    'a zone and its name, like "thon-1=Thôn 1"; a third part are its tags: "thon-1=Thôn 1=village,border"',
  stationsAddFile: 'CSV with the columns station, name, place, groups, languages, zones; lists in a cell parted by ;',
  stationsAddEither: 'Give either a station or --file; see --help.',
  stationsAddBad: 'Nothing was added; these are not right:',
  stationTwice: (station: string) => `Nothing was added: ${station} is there twice.`,
  stationAdded: (station: string, code: string, until: string, command: string) =>
    `Station ${station} is planned. Its code works once, until ${until}:\n\n    ${code}\n\nOn the board:\n\n    ${command}`,
  stationsAddedMany: (count: number, centre: string) =>
    `${count} stations are planned. On each board: loa-agent enrol --centre ${centre} --code CODE`,
  headCodes: ['station', 'code', 'until'],
  row: 'row',
  badFile: (file: string, problem: string) => `${file} cannot be used: ${problem}`,
  fileIsEmpty: 'it holds no rows',
  stationsRevoke: "take back a station's certificate and open code and end its session, for instance of a stolen board",
  stationsRevoked: (station: string, count: number) =>
    count === 0
      ? `${station} has no certificate that counts; a code that was not used yet, if there was one, is void.`
      : `${station} is cut off. Let it in again with: loa-broker stations add`,
  policy: policyInEnglish,
  noStations: 'No station has been heard of yet.',
  headStations: ['station', 'name', 'state', 'last seen', 'zones', 'alarms'],
  plainLink: 'connection not encrypted',
  online: 'online',
  offline: 'offline',

  headWatch: ['time', 'station', 'outcome', 'evidence', 'reason'],
  watchDone: 'All stations are done.',
  watchNobody: 'No station is addressed, so nobody airs this order. See: loa-broker stations',
  watchOpen: 'The order is over; not every station has reported an end.',
  watchUnknown: 'The order is over; of some stations nobody can say what became of it.',
  watchContradicted: (id: string) => `Later reports contradict an end. See: loa-broker order show ${id}`,
  contradicting: 'Reports after the end; the end stands, and these do not count:',
  endings: {
    open: 'has not reported',
    awaited: 'over; the station has not said how it ended',
    unknown: 'over; the station knows nothing of this order',
    forgotten: 'not known: the station took the order, then lost its journal',
  },
  outcomes: {
    accepted: 'accepted',
    rejected: 'rejected',
    ready: 'ready',
    airing: 'airing',
    aired: 'aired',
    interrupted: 'interrupted',
    preempted: 'preempted',
    failed: 'failed',
    missed: 'missed',
    expired: 'expired',
    cancelled: 'cancelled',
  },
  grades: { received: 'received', keyed: 'relays closed', played: 'played', sounded: 'sounded', heard: 'heard' },

  refused: (code: string) => `Refused (${code}).`,
  refusals: refusalsInEnglish,
  /** Of fields, as the protocol words them; what is not here is shown as it is. */
  problems: {} as Readonly<Record<string, string>>,
  alarms: {} as Readonly<Record<string, string>>,
  noKeys: (where: string) =>
    `There are no keys in ${where}. Make them first: loa-broker keys init --centre ID --data …`,
  keysExist: (where: string) => `There are keys already: ${where}. Nothing was changed.`,
  keysUnreadable: (where: string) =>
    `The keys do not fit together or are damaged: ${where}. Put the folder back from your backup.`,
  inUse: (pid: number) =>
    `Another centre (process ${pid}) is using this data folder. Stop it, or choose another --data.`,
  portTaken: (detail: string) => `The address cannot be listened on (${detail}). Choose another port or --host.`,
  databaseFailed: (detail: string) =>
    `The PostgreSQL database cannot be used (${detail}). Does it run, and are address, user and password in --database right?`,
  notAllowed: (path: string) => `No permission for ${path}. Choose another folder with --data, or change its owner.`,
  notReachable: (where: string) =>
    `The centre is not reachable (${where}). Is it running? Start it with: loa-broker run --data …`,
  noRun: (where: string) => `No running centre is known in ${where}. Start it with: loa-broker run --data …`,
  badValue: (option: string, detail: string) => `${option}: ${detail}`,
  badInstant: 'must be an instant with its offset, like 2026-11-20T17:00:00+07:00',
  badDuration: 'must be a length of time like 90s, 30m, 1h or 2d',
  badHost: 'must be a host name or an address',
  badPort: 'must be a port, 0 to 65535',
  badUrl: (schemes: string) => `must be a URL like ${schemes}`,
  badLanguage: 'must be a language tag like vi or hmn-Latn',
  badNumber: 'must be a whole number that is not negative',
  needsTarget: 'say who is to air it: --to all, --to STATION[,STATION] or --group GROUP',
  toAndGroup: '--to and --group exclude each other',
  needsBasis: '--basis-number, --basis-date and --basis-issuer belong together',
  mediaMissing: (file: string) =>
    `There is no such file, and no such recording in the store: ${file}. Bring one in with: loa-broker media add FILE`,
  ingest: {
    'no-file': (file: string) => `There is no such file, or it is a folder: ${file}. Check its name.`,
    'no-audio': (file: string) =>
      `There is no audio in this file that can be read: ${file}. Save it again, for example as MP3 or WAV.`,
    silent: (file: string) =>
      `There is nothing to hear in this file (silent, or too short): ${file}. Listen to it first.`,
    'too-long': (file: string) => `This recording is longer than three hours: ${file}. Cut it into parts.`,
    'no-ffmpeg': () => 'ffmpeg is missing. Install it (apt install ffmpeg) or name it with --ffmpeg.',
  },
  unexpected: (detail: string) => `Unexpected error: ${detail}. Please report it with what you typed.`,
} as const;

/** What every language must have. */
type Shape<T> = {
  readonly [K in keyof T]: T[K] extends string
    ? string
    : T[K] extends readonly string[]
      ? readonly string[]
      : T[K] extends (...parameters: infer P) => string
        ? (...parameters: P) => string
        : Shape<T[K]>;
};
export type Words = Shape<typeof english>;
