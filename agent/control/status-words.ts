import type { Priority } from '../../protocol/fields.ts';
import type { Grade } from '../../protocol/report.ts';
import { alarmText } from './alarm-words.ts';
import { dailyTimes } from './daily-words.ts';
import { localInstant } from './local-instant.ts';
import { policyLines } from './policy-words.ts';
import { reasonText } from './reason-words.ts';
import type { AiringLine, DailyLine, History, Status } from './status.ts';

/** What a technician reads of a running station. */
interface StatusWords {
  readonly priority: Readonly<Record<Priority, string>>;
  readonly state: Readonly<Record<AiringLine['state'], string>>;
  readonly grade: Readonly<Record<Grade, string>>;
  readonly link: Readonly<Record<Status['link'], string>>;
  readonly centre: Readonly<Record<Status['centre'], string>>;
  readonly clock: Readonly<Record<Status['clock'], string>>;
  readonly stopped: string;
  readonly onAir: string;
  readonly silent: string;
  readonly booked: string;
  readonly none: string;
  readonly more: (count: number) => string;
  readonly now: string;
  readonly whole: string;
  readonly daily: string;
  readonly refused: string;
  readonly preferred: string;
  readonly waitingReports: (count: number) => string;
  readonly recalling: string;
  readonly setAside: (name: string) => string;
  readonly unwritable: (why: string) => string;
  readonly alarms: string;
  readonly reason: (reason: string) => string;
}

const vietnamese: StatusWords = {
  priority: { emergency: 'khẩn cấp', priority: 'ưu tiên', routine: 'thông thường' },
  state: {
    booked: 'đã ghi',
    accepted: 'đã nhận',
    rejected: 'bị từ chối',
    ready: 'sẵn sàng',
    airing: 'đang phát',
    aired: 'đã phát',
    interrupted: 'bị gián đoạn',
    preempted: 'nhường lệnh khẩn',
    failed: 'hỏng',
    missed: 'bị lỡ',
    expired: 'hết hạn',
    cancelled: 'đã hủy',
  },
  grade: {
    received: 'chỉ mới nhận',
    keyed: 'rơ-le đã đóng',
    played: 'đã phát tiếng',
    sounded: 'âm-li có tín hiệu',
    heard: 'micro đã nghe thấy',
  },
  link: { up: 'Đường truyền: thông', down: 'Đường truyền: mất' },
  centre: { online: 'Trung tâm: trực tuyến', offline: 'Trung tâm: ngoại tuyến', unknown: 'Trung tâm: chưa rõ' },
  clock: { trusted: 'Đồng hồ: tin được', untrusted: 'Đồng hồ: chưa tin được, lượt phát theo giờ phải chờ' },
  stopped: 'ĐANG DỪNG TẠI CHỖ: chỉ lệnh khẩn cấp được phát (loa-agent resume để phát lại)',
  onAir: 'Đang phát',
  silent: 'Đang im lặng',
  booked: 'Các lượt phát đang chờ',
  none: 'không có',
  more: (count) => `… còn ${count} mục nữa`,
  now: 'ngay',
  whole: 'cả lệnh',
  daily: 'Lệnh phát định kỳ còn hiệu lực',
  refused: 'Bị từ chối trong một ngày qua',
  preferred: 'Thứ tự ưu tiên do xã đặt',
  waitingReports: (count) => `Báo cáo chờ trung tâm nhận: ${count}`,
  recalling: 'Đang chờ trung tâm cho biết những lượt đã phát; đến khi đó đài chỉ nhận lệnh khẩn cấp',
  setAside: (name) =>
    `Sổ nhật ký cũ, bị hỏng hoặc của đài khác, được cất riêng với tên ${name}; đài đã mở sổ mới và hỏi lại trung tâm. Hãy kiểm tra thẻ nhớ, rồi xóa hoặc chuyển ${name} đi.`,
  unwritable: (why) =>
    `KHÔNG GHI ĐƯỢC VÀO THẺ NHỚ (${why}): đài chạy tạm trong bộ nhớ, mất điện là mất sổ nhật ký. Hãy thay thẻ nhớ sớm.`,
  alarms: 'Cảnh báo',
  reason: (reason) => `lý do: ${reason}`,
};

const english: StatusWords = {
  priority: { emergency: 'emergency', priority: 'priority', routine: 'routine' },
  state: {
    booked: 'booked',
    accepted: 'accepted',
    rejected: 'rejected',
    ready: 'ready',
    airing: 'on air',
    aired: 'aired',
    interrupted: 'interrupted',
    preempted: 'preempted',
    failed: 'failed',
    missed: 'missed',
    expired: 'expired',
    cancelled: 'cancelled',
  },
  grade: { received: 'received', keyed: 'relays closed', played: 'played', sounded: 'sounded', heard: 'heard' },
  link: { up: 'Link: up', down: 'Link: down' },
  centre: { online: 'Centre: online', offline: 'Centre: offline', unknown: 'Centre: not known' },
  clock: { trusted: 'Clock: trusted', untrusted: 'Clock: not trusted, scheduled airings wait' },
  stopped: 'STOPPED HERE: only emergencies sound (loa-agent resume to go on)',
  onAir: 'On air',
  silent: 'Silent',
  booked: 'Airings that wait',
  none: 'none',
  more: (count) => `… and ${count} more`,
  now: 'now',
  whole: 'the whole order',
  daily: 'Daily orders in force',
  refused: 'Refused within a day',
  preferred: 'Order set by the commune between priority orders',
  waitingReports: (count) => `Reports waiting for the centre: ${count}`,
  recalling: 'The centre has yet to say what it knows of this journal; until then only emergencies are taken',
  setAside: (name) =>
    `An earlier journal, damaged or another station's, is set aside as ${name}; a new one was begun, and the centre was asked what it knows. Check the card, then remove ${name}.`,
  unwritable: (why) =>
    `THE CARD CANNOT BE WRITTEN (${why}): the station runs from memory, and a power cut takes its journal. Change the card soon.`,
  alarms: 'Alarms',
  reason: (reason) => `reason: ${reason}`,
};

export function statusText(status: Status, language: 'vi' | 'en'): string {
  const say = language === 'en' ? english : vietnamese;
  const list = (title: string, lines: readonly string[], total = lines.length) =>
    lines.length === 0
      ? [`${title}: ${say.none}`]
      : [`${title}:`, ...upTo(total, lines, say).map((line) => `  ${line}`)];
  return [
    `${status.name} (${status.station}), ${status.software}, ${localInstant(status.now)}`,
    ...(status.stopped ? [say.stopped] : []),
    [say.link[status.link], say.centre[status.centre], say.clock[status.clock]].join('. '),
    status.onAir === undefined ? say.silent : `${say.onAir}: ${airingText(status.onAir, language)}`,
    ...list(
      say.booked,
      status.booked.map((airing) => airingText(airing, language)),
      status.totals.booked,
    ),
    ...(status.daily.length === 0
      ? []
      : list(
          say.daily,
          status.daily.map((line) => dailyText(line, status.clock, language)),
          status.totals.daily,
        )),
    ...(status.refused.length === 0
      ? []
      : list(
          say.refused,
          status.refused.map((airing) => pastText(airing, language)),
          status.totals.refused,
        )),
    ...(status.preferred.length === 0
      ? []
      : list(
          say.preferred,
          status.preferred.map(({ order, title }, at) => `${at + 1}. «${title}» (${order})`),
        )),
    ...policyLines(status.policies, language),
    say.waitingReports(status.waitingReports),
    ...(status.recalling ? [say.recalling] : []),
    ...(status.setAside === undefined ? [] : [say.setAside(status.setAside)]),
    ...(status.unwritable === undefined ? [] : [say.unwritable(status.unwritable)]),
    ...list(
      say.alarms,
      status.alarms.map((alarm) => `${alarmText(alarm, language)} (${localInstant(alarm.since)})`),
    ),
  ].join('\n');
}

export function historyText({ airings, total }: History, language: 'vi' | 'en'): string {
  const say = language === 'en' ? english : vietnamese;
  if (airings.length === 0) return say.none;
  const lines = airings.map((airing) => pastText(airing, language));
  return upTo(total, lines, say).join('\n');
}

/** The lines, and how many more there are. */
function upTo(total: number, lines: readonly string[], say: StatusWords): readonly string[] {
  return total > lines.length ? [...lines, say.more(total - lines.length)] : lines;
}

function pastText(airing: AiringLine, language: 'vi' | 'en'): string {
  return [...(airing.at === undefined ? [] : [localInstant(airing.at)]), airingText(airing, language)].join('  ');
}

function airingText(airing: AiringLine, language: 'vi' | 'en'): string {
  const say = language === 'en' ? english : vietnamese;
  const { occurrence } = airing;
  const when = occurrence === undefined ? say.whole : occurrence === 'now' ? say.now : localInstant(occurrence);
  const reason = airing.code === undefined ? [] : [say.reason(reasonText(airing.code, airing.because, language))];
  const proof = airing.grade === undefined ? [] : [say.grade[airing.grade]];
  const parts = [
    say.state[airing.state],
    ...proof,
    say.priority[airing.priority],
    when,
    airing.zones.join(' '),
    ...reason,
  ];
  return `«${airing.title}» — ${parts.join(', ')}`;
}

/** `clock`: whether the station knows the time, and with it what comes next. */
export function dailyText(line: DailyLine, clock: Status['clock'], language: 'vi' | 'en'): string {
  const say = language === 'en' ? english : vietnamese;
  const [times, next] = dailyTimes(line, clock, language);
  return `«${line.title}» — ${[say.priority[line.priority], times, line.zones.join(' '), next].join(', ')}`;
}
