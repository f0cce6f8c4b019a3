import type { Language } from './language.ts';
import type { Happening } from './loudspeaker/timeline.ts';

/** What the command line of `loa-sim` says; the demo has words of its own. */
export interface CommandWords {
  readonly program: string;
  readonly lang: string;
  readonly help: string;
  readonly demo: { readonly summary: string; readonly keep: string; readonly json: string; readonly directory: string };
  readonly station: Readonly<
    Record<
      | 'summary'
      | 'directory'
      | 'centre'
      | 'root'
      | 'broker'
      | 'id'
      | 'name'
      | 'zone'
      | 'transport'
      | 'agent'
      | 'json'
      | 'examples',
      string
    >
  >;
  readonly notEmpty: (directory: string) => string;
  readonly badZone: (given: string) => string;
  readonly usage: (detail: string) => string;
  /** By commander's code; `culprit` is the option or command it is about. */
  readonly mistakes: Readonly<Record<string, (culprit: string) => string>>;
  /** Commander's titles and placeholders in its help. */
  readonly titles: Readonly<Record<string, string>>;
  readonly byDefault: (value: string) => string;
  readonly failed: (what: string) => string;
  readonly running: (station: string, line: string, directory: string) => string;
  readonly happened: (happening: Happening) => string;
  readonly agentEnded: (code: string) => string;
  readonly agentStarted: string;
  readonly agentRuns: string;
  readonly notUnderstood: (line: string) => string;
  readonly done: string;
  readonly commands: readonly (readonly [string, string])[];
}

/** Why a relay moved, where it was not told to. */
const because = (cause: string | undefined): string =>
  ({ lease: ' (hết thời hạn giữ)', boot: ' (khởi động lại)', fault: ' (sự cố)' })[cause ?? ''] ?? '';
const byCause = (cause: string | undefined): string =>
  ({ lease: ' (the lease lapsed)', boot: ' (restart)', fault: ' (fault)' })[cause ?? ''] ?? '';

const vietnamese: CommandWords = {
  program: 'Phần cứng ảo và đài ảo của Loa: thử mọi thứ mà không cần loa, rơ-le hay âm-li thật.',
  lang: 'ngôn ngữ: vi hoặc en (hoặc đặt biến LOA_LANG)',
  help: 'hiện trợ giúp',
  demo: {
    summary: 'Trình diễn trọn vẹn: một trung tâm, ba đài, ba lệnh phát; kết quả được đối chiếu với tiếng đã ghi.',
    keep: 'để hệ thống chạy tiếp cho đến khi bấm Ctrl-C',
    json: 'in bảng kết quả dạng JSON ra stdout (lời kể ra stderr)',
    directory: 'thư mục (trống) để giữ bản ghi, nhật ký và dữ liệu; mặc định là một thư mục tạm',
  },
  station: {
    summary: 'Chạy một đài ảo nối với một trung tâm; gõ lệnh để gây sự cố (gõ help để xem).',
    directory: 'thư mục giữ cấu hình, nhật ký và tiếng đã ghi của đài',
    centre: 'mã của trung tâm',
    root: 'khóa gốc công khai của trung tâm (loa-broker keys init in ra)',
    broker: 'địa chỉ MQTT của trung tâm',
    id: 'mã của đài',
    name: 'tên của đài',
    zone: 'một cụm loa; có thể ghi nhiều lần, thứ tự là số rơ-le',
    transport: 'đường nối với bộ điều khiển: pty (cổng nối tiếp ảo) hoặc tcp',
    agent: 'process: chạy loa-agent; none: chỉ chạy phần cứng ảo',
    json: 'in từng sự kiện thành một dòng JSON',
    examples: `
Ví dụ:
  loa-sim station --centre vinh-phuc --root KHÓA --broker mqtt://127.0.0.1:1883 \\
                  --station dai-dong --zone thon-1="Thôn 1" --zone cho="Chợ"
`,
  },
  notEmpty: (directory) => `Thư mục ${directory} không trống. Hãy chọn một thư mục khác hoặc xóa nội dung của nó.`,
  badZone: (given) => `«${given}» không phải là MÃ=TÊN của một cụm loa. Ví dụ: --zone thon-1="Thôn 1".`,
  usage: (detail) => `Dòng lệnh chưa đúng: ${detail}\nThêm --help để xem cách dùng.`,
  mistakes: {
    'commander.unknownOption': (culprit) => `không có tùy chọn ${culprit}.`,
    'commander.unknownCommand': (culprit) => `không có lệnh ${culprit}.`,
    'commander.missingMandatoryOptionValue': (culprit) => `thiếu tùy chọn bắt buộc ${culprit}.`,
    'commander.optionMissingArgument': (culprit) => `tùy chọn ${culprit} thiếu giá trị.`,
    'commander.excessArguments': () => 'có từ thừa sau lệnh.',
    'commander.invalidArgument': (culprit) => `giá trị của ${culprit} không hợp lệ.`,
  },
  titles: {
    'Usage:': 'Cách dùng:',
    'Options:': 'Tùy chọn:',
    'Commands:': 'Lệnh:',
    '[options]': '[tùy chọn]',
    '[command]': '[lệnh]',
  },
  byDefault: (value) => `mặc định: ${value}`,
  failed: (what) => `Không chạy được: ${what}`,
  running: (station, line, directory) =>
    `Đài ${station} đang chạy. Bộ điều khiển: ${line}. Tiếng ghi ở ${directory}/heard. Gõ help để xem các lệnh.`,
  happened: (event) => {
    if (event.what === 'relay') return `${event.closed ? 'đóng' : 'nhả'} rơ-le ${event.zone}${because(event.cause)}`;
    if (event.what === 'amplifier') return event.on ? 'bật âm-li' : 'tắt âm-li';
    if (event.what === 'mute') return event.on ? 'tắt tiếng' : 'mở tiếng';
    if (event.what === 'level') return `mức âm lượng ${event.percent} %`;
    if (event.what === 'sound-started') return `loa bắt đầu phát ra tiếng ở ${event.zone}`;
    if (event.what === 'sound-ended') return `loa im tiếng ở ${event.zone} (đỉnh ${event.peakDb} dB)`;
    return {
      started: 'cạc âm thanh bắt đầu phát',
      starved: 'cạc âm thanh hết dữ liệu để phát',
      resumed: 'cạc âm thanh lại có dữ liệu và phát tiếp',
      drained: 'cạc âm thanh đã phát hết',
      killed: 'chương trình phát bị dừng ngay',
      refused: 'cạc âm thanh đang bận, từ chối chương trình phát thứ hai',
    }[event.did];
  },
  agentEnded: (code) => `loa-agent đã kết thúc (${code}); gõ start để chạy lại.`,
  agentStarted: 'loa-agent đã chạy.',
  agentRuns: 'loa-agent đang chạy rồi.',
  notUnderstood: (line) => `Không hiểu «${line}». Gõ help để xem các lệnh.`,
  done: 'xong',
  commands: [
    ['unplug', 'rút dây của bộ điều khiển'],
    ['replug', 'cắm dây lại'],
    ['garble on|off', 'nhiễu trên dây (hoặc garble 0.05: tỉ lệ byte bị hỏng)'],
    ['wedge on|off', 'bộ điều khiển bị treo, không trả lời'],
    ['stuck ZONE open|closed|off', 'rơ-le của cụm loa bị kẹt'],
    ['lie ZONE on|off', 'tiếp điểm báo sai: luôn báo đóng'],
    ['hot on|off', 'quá nhiệt'],
    ['amplifier on|off', 'âm-li bị lỗi'],
    ['override on|off', 'mi-crô tại chỗ chiếm quyền'],
    ['tamper on|off', 'cửa tủ bị mở'],
    ['reboot', 'bộ điều khiển khởi động lại'],
    ['busy on|off', 'cạc âm thanh bị chương trình khác chiếm'],
    ['kill', 'giết loa-agent (SIGKILL), như khi mất điện'],
    ['start', 'chạy loa-agent'],
    ['state', 'trạng thái của bộ điều khiển'],
    ['quit', 'dừng'],
  ],
};

const english: CommandWords = {
  program: 'Virtual hardware and virtual stations: try everything without loudspeakers, relays or amplifiers.',
  lang: 'language: vi or en (or the variable LOA_LANG)',
  help: 'show help',
  demo: {
    summary: 'The whole story: one centre, three stations, three orders; judged by the recorded sound.',
    keep: 'leave everything running until Ctrl-C',
    json: 'print the final table as JSON on stdout (the story goes to stderr)',
    directory: '(empty) folder for recordings, logs and data; a temporary one by default',
  },
  station: {
    summary: 'Run one virtual station of a centre; type commands to break things (help lists them).',
    directory: "folder of the station's configuration, logs and recordings",
    centre: 'id of the centre',
    root: "the centre's public root key (printed by loa-broker keys init)",
    broker: 'MQTT address of the centre',
    id: 'id of the station',
    name: 'name of the station',
    zone: 'a zone, repeatable; their order is that of the relays',
    transport: 'line to the controller: pty (virtual serial line) or tcp',
    agent: 'process: run loa-agent; none: only the virtual hardware',
    json: 'print each event as one line of JSON',
    examples: `
Example:
  loa-sim station --centre vinh-phuc --root KEY --broker mqtt://127.0.0.1:1883 \\
                  --station dai-dong --zone thon-1="Thôn 1" --zone cho="Chợ"
`,
  },
  notEmpty: (directory) => `The folder ${directory} is not empty. Choose another one or empty it.`,
  badZone: (given) => `“${given}” is not ID=NAME of a zone. For example: --zone thon-1="Thôn 1".`,
  usage: (detail) => `The command line is not right: ${detail}\nAdd --help to see how it goes.`,
  mistakes: {},
  titles: {},
  byDefault: (value) => `default: ${value}`,
  failed: (what) => `Could not run: ${what}`,
  running: (station, line, directory) =>
    `Station ${station} is running. Controller: ${line}. Sound is recorded in ${directory}/heard. Type help for the commands.`,
  happened: (event) => {
    if (event.what === 'relay')
      return `relay of ${event.zone} ${event.closed ? 'closed' : 'opened'}${byCause(event.cause)}`;
    if (event.what === 'amplifier') return `amplifier ${event.on ? 'on' : 'off'}`;
    if (event.what === 'mute') return event.on ? 'muted' : 'unmuted';
    if (event.what === 'level') return `level ${event.percent} %`;
    if (event.what === 'sound-started') return `sound in ${event.zone}`;
    if (event.what === 'sound-ended') return `silence in ${event.zone} (peak ${event.peakDb} dB)`;
    return {
      started: 'the sound card begins to play',
      starved: 'the sound card ran out of sound',
      resumed: 'the sound card has sound again and plays on',
      drained: 'the sound card has played everything',
      killed: 'the player was stopped at once',
      refused: 'the sound card is busy and refuses a second player',
    }[event.did];
  },
  agentEnded: (code) => `loa-agent ended (${code}); type start to run it again.`,
  agentStarted: 'loa-agent was started.',
  agentRuns: 'loa-agent runs already.',
  notUnderstood: (line) => `“${line}” is not understood. Type help for the commands.`,
  done: 'done',
  commands: [
    ['unplug', 'pull the controller line out'],
    ['replug', 'plug it in again'],
    ['garble on|off', 'noise on the line (or garble 0.05: the share of bytes that is spoilt)'],
    ['wedge on|off', 'the controller hangs and answers nothing'],
    ['stuck ZONE open|closed|off', 'the relay of a zone no longer moves'],
    ['lie ZONE on|off', 'the contact sensing always says closed'],
    ['hot on|off', 'over-temperature'],
    ['amplifier on|off', 'amplifier fault'],
    ['override on|off', 'the local microphone takes over'],
    ['tamper on|off', 'the cabinet door is open'],
    ['reboot', 'the controller restarts'],
    ['busy on|off', 'another program holds the sound card'],
    ['kill', 'kill loa-agent (SIGKILL), as a power cut does'],
    ['start', 'start loa-agent'],
    ['state', 'state of the controller'],
    ['quit', 'end'],
  ],
};

export const commandWords = (language: Language): CommandWords => (language === 'en' ? english : vietnamese);
