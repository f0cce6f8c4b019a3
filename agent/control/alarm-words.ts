import type { AlarmName } from '../../protocol/alarm.ts';

const names: Readonly<Record<'vi' | 'en', Readonly<Record<AlarmName, string>>>> = {
  vi: {
    controller: 'bộ điều khiển',
    amplifier: 'âm-li',
    relay: 'rơ-le',
    'over-temperature': 'quá nhiệt',
    tamper: 'tủ bị mở',
    override: 'đang dừng tại chỗ',
    'sound-card': 'card âm thanh',
    decoder: 'bộ giải mã',
    disk: 'thẻ nhớ',
    clock: 'đồng hồ',
    journal: 'sổ nhật ký',
    forged: 'có lệnh giả',
    overload: 'quá nhiều lệnh',
    certificate: 'chứng thư',
  },
  en: {
    controller: 'controller',
    amplifier: 'amplifier',
    relay: 'relay',
    'over-temperature': 'too hot',
    tamper: 'cabinet open',
    override: 'stopped here',
    'sound-card': 'sound card',
    decoder: 'decoder',
    disk: 'card',
    clock: 'clock',
    journal: 'journal',
    forged: 'forged order',
    overload: 'too many orders',
    certificate: 'certificate',
  },
};

/**
 * The sentences in which this program tells of its alarms, and the same in Vietnamese; `$1` is what a sentence quotes:
 * a number, a file, a program's own complaint. What is not here is such a complaint itself, and shown as it is.
 */
const sentences: readonly (readonly [RegExp, string])[] = [
  [/^controller-unreachable$/, 'không trả lời'],
  [/^controller-unreachable: no answer within (.+)$/, 'không trả lời trong $1; kiểm tra nguồn và dây'],
  [/^controller-unreachable: the line does not open$/, 'không mở được đường nối; kiểm tra dây và cổng'],
  [/^controller-unreachable: the line went away$/, 'đường nối bị ngắt; kiểm tra dây và cổng'],
  [/^controller-unreachable: the line is not open yet$/, 'chưa mở được đường nối'],
  [/^controller-unreachable: the line was closed$/, 'đường nối đã đóng'],
  [/^it restarted: (.+)$/, 'đã tự khởi động lại: $1'],
  [/^over-temperature$/, 'tủ máy quá nóng'],
  [/^tamper$/, 'cửa tủ đang mở'],
  [/^stopped by command$/, 'bằng lệnh loa-agent stop'],
  [/^stopped at the controller$/, 'bằng công tắc ở bộ điều khiển'],
  [/^the player ended early$/, 'chương trình phát tiếng tự dừng'],
  [/^the player ended with (.+)$/, 'chương trình phát tiếng dừng với mã $1'],
  [/^it takes no more sound$/, 'không nhận tiếng nữa'],
  [/^decoder-failed: it ended with (.+)$/, 'ffmpeg dừng với mã $1 khi giải mã; hãy cài lại ffmpeg'],
  [/^decoder-failed(?:: (.+))?$/, 'ffmpeg hỏng khi giải mã ($1); hãy cài lại ffmpeg'],
  [/^decoder-hung(?:: (.+))?$/, 'ffmpeg treo khi giải mã ($1)'],
  [/^the time is not known: .*$/, 'chưa biết giờ: chỉ lệnh khẩn cấp được phát'],
  [
    /^the system's clock was set by (.+): the station keeps its own time$/,
    'đồng hồ hệ thống bị chỉnh $1: đài giữ giờ của mình',
  ],
  [/^the centre's clock differs by (.+) from .*$/, 'đồng hồ trung tâm lệch $1 so với đồng hồ đã đồng bộ của đài'],
  [/^the time was not compared with another clock for a day$/, 'đã một ngày chưa đối chiếu giờ'],
  [
    /^the card is full: .* until (.+) are free, or put in a larger one$/,
    'thẻ nhớ đầy, đang dùng phần chừa cho sổ nhật ký. Hãy xóa bớt để trống $1, hoặc thay thẻ lớn hơn',
  ],
  [
    /^no room can be kept for the journal: (.+)\. Check the card, or put in another$/,
    'không chừa được chỗ cho sổ nhật ký: $1. Hãy kiểm tra hoặc thay thẻ nhớ',
  ],
  [/^it cannot be written$/, 'không ghi được'],
  [
    /^the centre does not say what it knows of this journal: .*$/,
    'trung tâm chưa cho biết đã ghi những gì: báo cáo phải chờ, đài vừa khởi động chỉ nhận lệnh khẩn cấp',
  ],
  [
    /^the card cannot be written \((.+)\): .*$/,
    'không ghi được vào thẻ nhớ ($1): đài chạy tạm trong bộ nhớ, khởi động lại là mất',
  ],
  [
    /^an earlier one, damaged or another station's, is set aside as (.+); a new one was begun$/,
    'sổ cũ (hỏng, hoặc của đài khác) đã cất với tên $1; đã mở sổ mới',
  ],
  [/^a message was refused: (.+)$/, 'đã từ chối một lệnh không đúng chữ ký ($1)'],
  [
    /^ends (\S+) and could not be renewed: (.+)$/,
    'hết hạn lúc $1 mà chưa gia hạn được; nếu không kịp, hãy đăng ký lại: loa-agent enrol',
  ],
  [/^too many airings are open: orders are refused$/, 'quá nhiều lượt phát đang chờ, phải từ chối bớt lệnh'],
];

/** An alarm's name and what is wrong, for people. */
export function alarmText({ name, detail }: { name: AlarmName; detail: string }, language: 'vi' | 'en'): string {
  return `${names[language][name]}: ${language === 'vi' ? inVietnamese(detail) : detail}`;
}

function inVietnamese(detail: string): string {
  // A list of zones whose contacts do not follow.
  if (/^\S+ is (open|closed)(, |$)/.test(detail)) {
    return detail.replaceAll(' is closed', ' vẫn đóng').replaceAll(' is open', ' vẫn mở');
  }
  for (const [sentence, words] of sentences) if (sentence.test(detail)) return detail.replace(sentence, words);
  return detail;
}
