import type { FieldProblem } from '../protocol/refusal.ts';
import { englishProblem, type ProblemWords, vietnameseProblem } from './configuration/problem-words.ts';

/** What a technician reads from `loa-agent`: Vietnamese, or English by `--lang en` or LOA_LANG=en. */
export type Language = 'vi' | 'en';

export const languageOf = (flag: string | undefined, environment: NodeJS.ProcessEnv): Language =>
  (flag ?? environment.LOA_LANG) === 'en' ? 'en' : 'vi';

export interface Words {
  readonly help: string;
  readonly runNeedsConfig: string;
  readonly enrolNeeds: string;
  badUsage(problem: string): string;
  badConfiguration(file: string, problems: readonly FieldProblem[]): string;
  noDecoder(path: string): string;
  readonly preferNeedsOrders: string;
  /** `orders`: what was typed; a problem's path is `orders.<n>`. */
  declined(problems: readonly FieldProblem[], orders: readonly string[]): string;
  readonly notRunning: string;
  journalInUse(directory: string): string;
  readOnly(reason: string): string;
  cannotStart(reason: string): string;
}

export const words = (language: Language): Words => (language === 'en' ? english : vietnamese);

const listed = (problems: readonly FieldProblem[], inWords: ProblemWords): string =>
  problems
    .map(inWords)
    .map(({ key, problem }) => `  ${key}: ${problem}`)
    .join('\n');

/** Of what `parseArgs` says only the fact; its advice is for other programs. */
const usage = (problem: string): string => problem.replace(/\. To specify .*$/s, '');

/** What somebody typed that a problem of `prefer` is about. */
const typed = (path: string, orders: readonly string[]): string => orders[Number(path.split('.')[1])] ?? path;

const preferProblems: Readonly<Record<string, string>> = {
  'no order that waits here begins with this': 'không có lệnh nào đang chờ ở đây có mã bắt đầu như vậy',
  'more than one order begins with this': 'nhiều lệnh có mã bắt đầu như vậy; hãy ghi dài hơn',
  'is no priority order: its class alone decides': 'không phải lệnh ưu tiên; chỉ xếp được thứ tự các lệnh ưu tiên',
  'is named twice': 'ghi hai lần',
};

const english: Words = {
  help: `loa-agent: the program of a loudspeaker station

Usage:
  loa-agent run --config FILE [--verbose] [--lang vi|en]
  loa-agent status|history|stop|resume --config FILE [--json] [--lang vi|en]
  loa-agent prefer ORDER-ID [ORDER-ID …]|--none --config FILE [--json] [--lang vi|en]
  loa-agent provision [--help]
  loa-agent enrol --centre URL --code CODE --config FILE [--line LINE] [--state DIR] [--json]
  loa-agent doctor --config FILE [--json] [--bundle FILE] [--lang vi|en]
  loa-agent service install|print --config FILE, loa-agent service status|remove [--json] [--lang vi|en]

  provision           set a station up step by step: see loa-agent provision --help
  enrol               make this board one of the centre's stations, with the code that the centre printed
  run                 the station's program, until it is told to end
  status              what is on air, what is booked, what was refused, what waits to be reported, alarms
  history             the latest airings and how they ended, what was refused and why
  stop                silence now and until resume; only emergencies sound. Needs no network
  resume              end of the stop
  prefer ORDER-ID …   of the priority orders these go first, in this order, also before one on air; the beginning
                      of an id is enough; --none: by their issue again. Routine and emergency keep their places
  doctor              what is right and wrong with this board and what to do; --bundle FILE.tar.gz collects logs
                      and state without secrets. Ends with 0, 1 (a warning) or 2 (something is broken)
  service …           the agent as a service of systemd: install and start it, print its unit, its state, remove it

  -c, --config FILE   the station's configuration (TOML); agent/README.md explains every key
      --line LINE     where the controller is: serial:/dev/ttyUSB0 or tcp://host:port
      --state DIR     folder of the station's key, journal and cache (the configuration's, else /var/lib/loa)
  -v, --verbose       log more
      --json          for scripts
      --lang LANG     vi (default) or en; also by LOA_LANG
      --version       name and version
  -h, --help          this text

Example:
  loa-agent run --config /etc/loa/agent.toml
  loa-agent prefer 019357f0-7a00-7000-8000-0000000000a1 --config /etc/loa/agent.toml`,
  enrolNeeds: 'say: loa-agent enrol --centre https://HOST:8443 --code CODE --config FILE --line LINE',
  runNeedsConfig: 'say: loa-agent run|status|history|stop|resume|prefer --config FILE',
  preferNeedsOrders: 'say: loa-agent prefer ORDER-ID [ORDER-ID …] --config FILE, or prefer --none',
  declined: (problems, orders) =>
    `Nothing was changed:\n${problems.map(({ path, problem }) => `  ${typed(path, orders)}: ${problem}`).join('\n')}`,
  notRunning: 'No agent runs with this configuration. Start it: loa-agent run --config FILE (or its service).',
  badUsage: (problem) => `Wrong usage: ${usage(problem)}`,
  badConfiguration: (file, problems) =>
    `The configuration ${file} cannot be used:\n${listed(problems, englishProblem)}\nMend these and start again.`,
  noDecoder: (path) =>
    `No ffmpeg was found (${path}). Install it (sudo apt-get install ffmpeg) or set audio.ffmpeg in the configuration.`,
  journalInUse: (directory) =>
    `Another agent runs already with this configuration: it has the journal ${directory} open. Stop it first (or its service).`,
  readOnly: (reason) =>
    `The agent cannot start: its state folder cannot be written, and what it needs to run from memory is lacking: the station's key on the card, or room in /dev/shm (${reason}). The card is worn out or was mounted read-only: look at "dmesg" and "mount", mount it writable again, or put in a new card; the station asks its centre for what the old one knew.`,
  cannotStart: (reason) => `The agent cannot start: ${reason}`,
};

const vietnamese: Words = {
  help: `loa-agent: chương trình của đài truyền thanh

Cách dùng:
  loa-agent run --config TỆP [--verbose] [--lang vi|en]
  loa-agent status|history|stop|resume --config TỆP [--json] [--lang vi|en]
  loa-agent prefer MÃ-LỆNH [MÃ-LỆNH …]|--none --config TỆP [--json] [--lang vi|en]
  loa-agent provision [--help]
  loa-agent enrol --centre ĐỊA_CHỈ --code MÃ --config TỆP [--line ĐƯỜNG_DÂY] [--state THƯ_MỤC] [--json]
  loa-agent doctor --config TỆP [--json] [--bundle TỆP] [--lang vi|en]
  loa-agent service install|print --config TỆP, loa-agent service status|remove [--json] [--lang vi|en]

  provision           lắp đặt một đài từng bước: xem loa-agent provision --help
  enrol               đăng ký bo mạch này thành một đài, bằng mã mà trung tâm đã in
  run                 chạy chương trình của đài cho đến khi dừng
  status              đang phát gì, lượt nào đang chờ, lệnh nào bị từ chối, báo cáo nào chưa gửi, cảnh báo
  history             các lượt phát gần đây và kết quả, lệnh nào bị từ chối và vì sao
  stop                im tiếng ngay cho đến khi resume; chỉ lệnh khẩn cấp được phát. Không cần mạng
  resume              thôi dừng
  prefer MÃ-LỆNH …    trong các lệnh ưu tiên, những lệnh này phát trước, theo thứ tự ghi ở đây, chen cả lệnh đang phát;
                      chỉ cần ghi phần đầu của mã; --none: trở lại theo giờ ra lệnh. Lệnh thông thường và khẩn cấp
                      không đổi chỗ
  doctor              bo mạch này tốt hay hỏng chỗ nào, sửa ra sao; --bundle TỆP.tar.gz gom nhật ký và tình trạng,
                      không có khóa và mã. Kết thúc bằng 0, 1 (có chỗ cần xem) hoặc 2 (có chỗ hỏng)
  service …           chạy như dịch vụ của systemd: cài và khởi động, in tệp dịch vụ, xem tình trạng, gỡ bỏ

  -c, --config TỆP    tệp cấu hình của đài (TOML); agent/README.md giải thích từng mục
      --line ĐƯỜNG_DÂY  bộ điều khiển ở đâu: serial:/dev/ttyUSB0 hoặc tcp://host:port
      --state THƯ_MỤC   thư mục chứa khóa, sổ nhật ký và bộ nhớ tạm (theo tệp cấu hình, hoặc /var/lib/loa)
  -v, --verbose       ghi nhật ký chi tiết hơn
      --json          cho chương trình khác đọc
      --lang NGÔN_NGỮ vi (mặc định) hoặc en; hoặc đặt biến LOA_LANG
      --version       tên và phiên bản
  -h, --help          hiện hướng dẫn này

Ví dụ:
  loa-agent run --config /etc/loa/agent.toml
  loa-agent prefer 019357f0-7a00-7000-8000-0000000000a1 --config /etc/loa/agent.toml`,
  enrolNeeds: 'hãy gõ: loa-agent enrol --centre https://MÁY:8443 --code MÃ --config TỆP --line ĐƯỜNG_DÂY',
  runNeedsConfig: 'hãy gõ: loa-agent run|status|history|stop|resume|prefer --config TỆP',
  preferNeedsOrders: 'hãy gõ: loa-agent prefer MÃ-LỆNH [MÃ-LỆNH …] --config TỆP, hoặc prefer --none',
  declined: (problems, orders) =>
    `Chưa thay đổi gì:\n${problems
      .map(({ path, problem }) => `  ${typed(path, orders)}: ${preferProblems[problem] ?? problem}`)
      .join('\n')}`,
  notRunning:
    'Không có chương trình nào của đài đang chạy với cấu hình này. Hãy khởi động: loa-agent run --config TỆP (hoặc dịch vụ của nó).',
  badUsage: (problem) =>
    `Dòng lệnh chưa đúng: ${usage(problem)
      .replace(/^Unknown option '(.+)'/, 'không có tùy chọn $1')
      .replace(/^Option '(.+)' argument missing/, 'tùy chọn $1 thiếu giá trị')
      .replace(/^Option '(.+)' does not take an argument/, 'tùy chọn $1 không nhận giá trị')}`,
  badConfiguration: (file, problems) =>
    `Không dùng được tệp cấu hình ${file}:\n${listed(problems, vietnameseProblem)}\nHãy sửa các mục trên rồi khởi động lại.`,
  noDecoder: (path) =>
    `Không tìm thấy ffmpeg (${path}). Hãy cài đặt (sudo apt-get install ffmpeg) hoặc đặt audio.ffmpeg trong tệp cấu hình.`,
  journalInUse: (directory) =>
    `Một chương trình khác của đài đang chạy với cấu hình này và đang mở sổ nhật ký ${directory}. Hãy dừng nó (hoặc dịch vụ của nó) trước.`,
  readOnly: (reason) =>
    `Không khởi động được chương trình của đài: không ghi được vào thư mục trạng thái, và cũng không chạy tạm trong bộ nhớ được vì thiếu khóa của đài trên thẻ hoặc thiếu chỗ trong /dev/shm (${reason}). Thẻ nhớ đã hỏng hoặc đang ở chế độ chỉ đọc: hãy xem "dmesg" và "mount", gắn lại ở chế độ ghi, hoặc thay thẻ mới; đài sẽ hỏi lại trung tâm những gì thẻ cũ đã ghi.`,
  cannotStart: (reason) => `Không khởi động được chương trình của đài: ${reason}`,
};
