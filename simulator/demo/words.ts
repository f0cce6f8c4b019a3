import type { Grade, Outcome } from '../../protocol/report.ts';
import type { Problem, Row } from './judge.ts';

/** Everything the demo says. */
export interface DemoWords {
  readonly intro: readonly string[];
  /** Vietnamese writes 0,5 where English writes 0.5. */
  readonly number: (value: number, decimals: number) => string;
  readonly makesKeys: string;
  readonly centreReady: (mqtt: string, http: string) => string;
  readonly startsStations: string;
  readonly stationOnline: (name: string) => string;
  readonly mediaAdded: (title: string, seconds: number) => string;
  readonly chapter: Readonly<Record<Row['kind'], string>>;
  readonly youWouldType: (command: string) => string;
  readonly relays: (station: string, closed: readonly string[], opened: readonly string[]) => string;
  readonly soundStarted: (station: string, zones: readonly string[]) => string;
  readonly soundEnded: (station: string, zones: readonly string[]) => string;
  readonly ledger: (station: string, kind: Row['kind'], outcome: Outcome, refusal: string | undefined) => string;
  readonly judging: string;
  readonly heads: readonly string[];
  readonly kinds: Readonly<Record<Row['kind'], string>>;
  readonly outcomes: Readonly<Record<Outcome | 'none', string>>;
  readonly grades: Readonly<Record<Grade, string>>;
  readonly silentZones: (zones: readonly string[]) => string;
  readonly verdict: (right: boolean) => string;
  readonly problem: (problem: Problem) => string;
  readonly explanation: readonly string[];
  readonly recordings: string;
  readonly allAsExpected: string;
  readonly notAsExpected: string;
  readonly kept: (commands: readonly string[]) => string;
  readonly failed: (what: string) => string;
  readonly logsIn: (directory: string) => string;
  readonly stopped: string;
  readonly needsTime: (what: string, seconds: number) => string;
  readonly waitFor: Readonly<Record<'online' | 'routine' | 'emergency' | 'final', string>>;
}

const list = (zones: readonly string[]): string => zones.join(', ');

export const vietnamese: DemoWords = {
  intro: [
    'Loa: hệ thống điều khiển loa truyền thanh cấp xã.',
    'Bản trình diễn này chạy trung tâm thật và ba đài thật trên máy này; chỉ rơ-le, âm-li và cạc âm thanh là mô phỏng.',
    'Trung tâm ký lệnh phát; mỗi đài kiểm tra chữ ký, tải âm thanh, đóng rơ-le đúng cụm loa, phát, rồi gửi bằng chứng.',
  ],
  number: (value, decimals) => value.toFixed(decimals).replace('.', ','),
  makesKeys: 'Tạo khóa của trung tâm và khởi động trung tâm…',
  centreReady: (mqtt, http) => `Trung tâm đã sẵn sàng (${mqtt}, ${http}).`,
  startsStations:
    'Đăng ký ba đài truyền thanh xã bằng mã của trung tâm và khởi động, mỗi đài một tiến trình loa-agent và một bộ điều khiển trên cổng nối tiếp ảo…',
  stationOnline: (name) => `${name}: trực tuyến.`,
  mediaAdded: (title, seconds) => `Đã đưa bản ghi «${title}» (${seconds} giây) vào kho của trung tâm.`,
  chapter: {
    routine: '1. Một bản tin thông thường cho tất cả các đài',
    emergency:
      '2. Một thông báo khẩn cấp (diễn tập) cho một cụm loa của một đài: nó ngắt bản tin ở đó, các đài khác vẫn phát tiếp',
    forged:
      '3. Kẻ xấu đã lấy trộm khóa cấp chứng thư của trung tâm, chen vào giữa một đài và trung tâm rồi gửi một lệnh giả: chữ ký sai, đài phải từ chối',
  },
  youWouldType: (command) => `Lệnh đã gõ: ${command}`,
  relays: (station, closed, opened) =>
    [
      `${station}:`,
      closed.length > 0 ? `đóng rơ-le ${list(closed)}` : '',
      opened.length > 0 ? `nhả rơ-le ${list(opened)}` : '',
    ]
      .filter(Boolean)
      .join(' '),
  soundStarted: (station, zones) => `${station}: loa bắt đầu phát ra tiếng ở ${list(zones)}`,
  soundEnded: (station, zones) => `${station}: loa im tiếng ở ${list(zones)}`,
  ledger: (station, kind, outcome, refusal) =>
    `Trung tâm ghi sổ: ${station}, ${vietnamese.kinds[kind]}: ${vietnamese.outcomes[outcome]}${refusal ? ` (${refusal})` : ''}`,
  judging: 'Đối chiếu những gì loa đã phát (tệp WAV) với chương trình và với sổ của trung tâm…',
  heads: ['Đài', 'Lệnh phát', 'Kết quả', 'Bằng chứng', 'Cụm loa (độ giống)', 'Rơ-le', 'Tiếng', 'Kết luận'],
  kinds: { routine: 'thông thường', emergency: 'khẩn cấp', forged: 'lệnh giả' },
  outcomes: {
    none: 'không có báo cáo',
    accepted: 'đã nhận',
    rejected: 'bị từ chối',
    ready: 'sẵn sàng',
    airing: 'đang phát',
    aired: 'đã phát',
    interrupted: 'bị ngắt',
    preempted: 'nhường lệnh khác',
    failed: 'thất bại',
    missed: 'lỡ giờ',
    expired: 'hết hạn',
    cancelled: 'đã hủy',
  },
  grades: {
    received: 'đã nhận lệnh',
    keyed: 'đã đóng rơ-le',
    played: 'đã phát tiếng',
    sounded: 'âm-li có tín hiệu',
    heard: 'nghe thấy',
  },
  silentZones: (zones) => `im lặng: ${list(zones)}`,
  verdict: (right) => (right ? 'ĐÚNG' : 'SAI'),
  problem: ({ code, detail }) =>
    ({
      outcome: `kết quả trong sổ của trung tâm: ${detail}`,
      refusal: `lý do từ chối: ${detail}`,
      airings: `số lượt phát: ${detail}`,
      'not-heard': `tiếng ở cụm loa không đúng chương trình: ${detail}`,
      'not-silent': `cụm loa không được chọn mà có tiếng: ${detail}`,
      'relay-moved': `rơ-le đóng ngoài lệnh: ${detail}`,
      'no-relay': `không thấy đúng các rơ-le này đóng: ${detail}`,
    })[code],
  explanation: [
    'Độ giống: tương quan chéo giữa tiếng đã ghi ở cụm loa và chương trình (1 là giống hệt, phải từ 0,95 trở lên).',
    'Rơ-le, Tiếng: từ lúc trung tâm ra lệnh đến lúc rơ-le đóng, đến lúc loa có tiếng (theo đồng hồ của bộ mô phỏng; lần đầu gồm cả việc tải và giải mã âm thanh).',
  ],
  recordings: 'Nghe lại từng cụm loa:',
  allAsExpected: 'Mọi lệnh đều có kết quả đúng như mong đợi.',
  notAsExpected: 'Có kết quả KHÔNG đúng như mong đợi:',
  kept: (commands) =>
    ['Hệ thống vẫn đang chạy. Hãy thử ở một cửa sổ khác (Ctrl-C tại đây để dừng):', ...commands].join('\n  '),
  failed: (what) => `Bản trình diễn bị hỏng: ${what}`,
  logsIn: (directory) => `Nhật ký đầy đủ nằm trong ${directory}`,
  stopped: 'Đã dừng theo yêu cầu.',
  needsTime: (what, seconds) => `chờ ${seconds} giây mà chưa thấy: ${what}`,
  waitFor: {
    online: 'cả ba đài trực tuyến',
    routine: 'bản tin thông thường vang lên ở mọi đài',
    emergency: 'thông báo khẩn cấp vang lên',
    final: 'mọi báo cáo cuối cùng về đến trung tâm',
  },
};

export const english: DemoWords = {
  intro: [
    'Loa runs commune loudspeakers.',
    'This demo runs a real centre and three real stations on this machine; only relays, amplifiers and sound cards are simulated.',
    'The centre signs an order; each station verifies it, fetches the audio, closes the relays of the right zones, plays, and sends back proof.',
  ],
  number: (value, decimals) => value.toFixed(decimals),
  makesKeys: "Making the centre's keys and starting the centre…",
  centreReady: (mqtt, http) => `The centre is ready (${mqtt}, ${http}).`,
  startsStations:
    'Enrolling three commune stations with codes of the centre and starting them, each a loa-agent process with a controller on a virtual serial line…',
  stationOnline: (name) => `${name}: online.`,
  mediaAdded: (title, seconds) => `Added the recording “${title}” (${seconds} s) to the centre.`,
  chapter: {
    routine: '1. A routine bulletin for every station',
    emergency:
      '2. An emergency (an exercise) for one zone of one station: it breaks into the bulletin there, the others go on',
    forged:
      '3. Somebody who stole the key of the certificate authority sits between a station and the centre and sends a forged order: bad signature, the station must refuse it',
  },
  youWouldType: (command) => `Typed: ${command}`,
  relays: (station, closed, opened) =>
    [
      `${station}:`,
      closed.length > 0 ? `relay closed ${list(closed)}` : '',
      opened.length > 0 ? `relay opened ${list(opened)}` : '',
    ]
      .filter(Boolean)
      .join(' '),
  soundStarted: (station, zones) => `${station}: sound in ${list(zones)}`,
  soundEnded: (station, zones) => `${station}: silence in ${list(zones)}`,
  ledger: (station, kind, outcome, refusal) =>
    `Centre's ledger: ${station}, ${english.kinds[kind]}: ${outcome}${refusal ? ` (${refusal})` : ''}`,
  judging: "Comparing what the loudspeakers played (WAV files) with the programme and the centre's ledger…",
  heads: ['Station', 'Order', 'Outcome', 'Evidence', 'Zones (likeness)', 'Relay', 'Sound', 'Verdict'],
  kinds: { routine: 'routine', emergency: 'emergency', forged: 'forged' },
  outcomes: {
    none: 'no report',
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
  grades: { received: 'received', keyed: 'keyed', played: 'played', sounded: 'sounded', heard: 'heard' },
  silentZones: (zones) => `silent: ${list(zones)}`,
  verdict: (right) => (right ? 'RIGHT' : 'WRONG'),
  problem: ({ code, detail }) =>
    ({
      outcome: `outcome in the centre's ledger: ${detail}`,
      refusal: `refusal code: ${detail}`,
      airings: `number of airings: ${detail}`,
      'not-heard': `the zone did not hear the programme: ${detail}`,
      'not-silent': `a zone that was not selected heard something: ${detail}`,
      'relay-moved': `a relay closed without an order: ${detail}`,
      'no-relay': `never were exactly these relays closed: ${detail}`,
    })[code],
  explanation: [
    'Likeness: cross-correlation of what the zone recorded with the programme (1 is identical, 0.95 is required).',
    "Relay, Sound: from the centre's order to the relays, and to the loudspeakers (by the simulator's clock; it includes fetching and decoding the audio).",
  ],
  recordings: 'Listen to each zone:',
  allAsExpected: 'Every order ended as expected.',
  notAsExpected: 'NOT everything ended as expected:',
  kept: (commands) =>
    ['Everything is still running. Try in another window (Ctrl-C here ends it):', ...commands].join('\n  '),
  failed: (what) => `The demo failed: ${what}`,
  logsIn: (directory) => `The full logs are in ${directory}`,
  stopped: 'Stopped as asked.',
  needsTime: (what, seconds) => `waited ${seconds} s in vain for: ${what}`,
  waitFor: {
    online: 'all three stations online',
    routine: 'the routine bulletin to sound at every station',
    emergency: 'the emergency to sound',
    final: 'every final report in the centre',
  },
};
