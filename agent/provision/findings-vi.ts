import { EnrolmentError, type EnrolmentFault } from '../enrol/enrolment-error.ts';
import { enrolmentWords } from '../enrol/words.ts';
import type { BrokerFault, Finding, PortFinding } from './record.ts';
import type { Told } from './words.ts';
import { vietnameseZone } from './zone-words-vi.ts';

const decimal = new Intl.NumberFormat('vi', { minimumFractionDigits: 1, maximumFractionDigits: 1 });

const NO_AGENT = 'Nếu chương trình của đài đang chạy, hãy dừng nó: sudo systemctl stop loa-agent';

const ports: Readonly<Record<PortFinding['state'], string>> = {
  silent: 'không có gì trả lời như bộ điều khiển',
  busy: 'đang bị một chương trình khác giữ',
  denied: 'không có quyền mở',
  missing: 'không có cổng này',
  unusable: 'không mở được',
};

function noController(found: readonly PortFinding[]): Told {
  if (found.length === 0) {
    return {
      text: 'Không thấy cổng nối tiếp nào trên bo mạch.',
      remedy:
        'Cắm cáp USB của bộ điều khiển vào bo mạch, bật nguồn bộ điều khiển rồi thử lại. Nếu biết cổng: --line serial:/dev/ttyUSB0',
    };
  }
  const states = new Set(found.map(({ state }) => state));
  const remedy = [
    ...(states.has('busy') ? [NO_AGENT] : []),
    ...(states.has('denied') ? ['Hãy chạy với quyền quản trị: sudo loa-agent provision'] : []),
    ...(states.has('missing') ? ['Kiểm tra tên cổng: ls /dev/serial/by-id /dev/ttyUSB* /dev/ttyACM*'] : []),
    ...(states.has('silent')
      ? ['Kiểm tra bộ điều khiển: cáp USB đã cắm chặt vào bo mạch chưa, đèn nguồn của nó có sáng không?']
      : []),
    ...(states.has('unusable') ? ['Rút cáp USB ra, cắm lại rồi thử lại.'] : []),
  ].join('\n');
  const lines = found.map(
    ({ line, state, detail }) => `  ${line}: ${ports[state]}${state === 'unusable' ? ` (${detail})` : ''}`,
  );
  return { text: ['Không tìm thấy bộ điều khiển.', ...lines].join('\n'), remedy };
}

const brokerFaults: Readonly<Record<BrokerFault, Told>> = {
  name: {
    text: 'không tìm ra địa chỉ của máy này',
    remedy: 'Kiểm tra mạng và DNS của bo mạch: ping thử tên máy trung tâm.',
  },
  unreachable: {
    text: 'không kết nối được',
    remedy: 'Kiểm tra mạng, và tường lửa có cho ra cổng này không; hỏi trung tâm xem máy chủ có chạy không.',
  },
  certificate: {
    text: 'chứng thư không khớp',
    remedy: 'Đài chưa gửi gì. Kiểm tra địa chỉ máy chủ với trung tâm; nếu đúng, xin mã mới và đăng ký lại.',
  },
  refused: {
    text: 'máy chủ từ chối đài này',
    remedy:
      'Chứng thư của đài có thể đã bị thu hồi: hãy hỏi trung tâm, xin mã mới, rồi chạy lại với mã đó: --centre ĐỊA_CHỈ --code MÃ',
  },
  'no-keys': {
    text: 'máy chủ không đưa khóa do trung tâm ký',
    remedy: 'Máy chủ này có thể không phải của trung tâm, hoặc trung tâm chưa chạy: hãy hỏi trung tâm.',
  },
  'centre-offline': {
    text: 'nối được, nhưng trung tâm đang ngoại tuyến',
    remedy: 'Hãy hỏi trung tâm xem chương trình loa-broker có đang chạy không.',
  },
};

const states: Readonly<Record<string, string>> = {
  rejected: 'bị từ chối',
  interrupted: 'bị gián đoạn',
  preempted: 'nhường lệnh khác',
  failed: 'hỏng',
  missed: 'bị lỡ',
  expired: 'hết hạn',
  cancelled: 'đã hủy',
};

const grades: Readonly<Record<string, string>> = {
  received: 'mới chỉ nhận lệnh',
  keyed: 'rơ-le đã đóng',
  played: 'đã phát ra thiết bị âm thanh',
  sounded: 'âm-li có tín hiệu',
  heard: 'micro đã nghe thấy',
  unknown: 'không có bằng chứng',
};

export function vietnameseFinding(found: Finding): Told {
  switch (found.code) {
    case 'disk-ok':
      return { text: `Thẻ nhớ ghi được, còn trống ${found.freeMB} MB` };
    case 'disk-low':
      return {
        text: `Thẻ nhớ chỉ còn trống ${found.freeMB} MB`,
        remedy: 'Cần ít nhất 200 MB: xóa bớt tệp, hoặc dùng thẻ lớn hơn.',
      };
    case 'disk-unwritable':
      return {
        text: `Không ghi được vào ${found.folder} (${found.detail})`,
        remedy: /EACCES|EPERM/.test(found.detail)
          ? 'Hãy chạy với quyền quản trị: sudo loa-agent provision'
          : 'Thẻ nhớ có thể hỏng hoặc đang ở chế độ chỉ đọc: xem "dmesg", hoặc thay thẻ.',
      };
    case 'decoder-ok':
      return { text: `Có chương trình giải mã âm thanh: ${found.path}` };
    case 'decoder-missing':
      return { text: 'Không có ffmpeg để giải mã âm thanh', remedy: 'Cài đặt: sudo apt-get install ffmpeg' };
    case 'controller-ok':
      return {
        text: `Bộ điều khiển sc1 số ${found.serial}, ${found.relays} rơ-le, phần mềm ${found.firmware}, ở ${found.line}`,
      };
    case 'controller-none':
      return noController(found.ports);
    case 'enrolled':
      return { text: `Đã đăng ký: bo mạch này là đài ${found.station} của trung tâm ${found.centre}` };
    case 'enrolled-before':
      return { text: `Bo mạch này đã là đài ${found.station} của trung tâm ${found.centre}, không cần mã nữa` };
    case 'enrolment-failed': {
      const error = new EnrolmentError(found.fault as EnrolmentFault, found.detail);
      return { text: 'Chưa đăng ký được với trung tâm', remedy: enrolmentWords('vi').failed(error) };
    }
    case 'configuration-written':
      return { text: `Đã ghi tệp cấu hình ${found.file}` };
    case 'configuration-kept':
      return { text: `Tệp cấu hình ${found.file} đã đúng, giữ nguyên` };
    case 'configuration-bad':
      return {
        text: `Không ghi được tệp cấu hình ${found.file} (${found.detail})`,
        remedy: 'Kiểm tra quyền ghi (sudo) và các cụm loa, rơ-le đã khai.',
      };
    case 'sound-ok':
      return { text: `Thiết bị âm thanh mở được: ${found.device}` };
    case 'sound-failed':
      return {
        text: `Không mở được thiết bị âm thanh ${found.device} (${found.detail})`,
        remedy:
          'Cài alsa-utils nếu chưa có; xem các thiết bị: aplay -l, rồi chọn: --device plughw:CARD=…\nNếu thiết bị đang bận, hãy dừng chương trình đang phát.',
      };
    case 'zone':
      return vietnameseZone(found.result);
    case 'broker-ok':
      return { text: `Nối được với trung tâm qua ${found.url} (${found.ms} ms), khóa của trung tâm đúng` };
    case 'broker-failed':
      return {
        text: `${found.url}: ${brokerFaults[found.why].text}${found.detail && ` (${found.detail})`}`,
        remedy: brokerFaults[found.why].remedy,
      };
    case 'clock-ok':
      return { text: 'Đồng hồ của bo mạch đã đồng bộ qua mạng' };
    case 'clock-by-centre':
      return {
        text: `Đồng hồ theo giờ trung tâm ký; đồng hồ bo mạch lệch ${decimal.format(Math.abs(found.offsetMs) / 1_000)} giây`,
      };
    case 'clock-unknown':
      return {
        text: 'Chưa biết giờ đúng: đồng hồ chưa đồng bộ và trung tâm chưa trả lời',
        remedy: 'Nối mạng rồi thử lại; cài systemd-timesyncd hoặc chrony nếu chưa có.',
      };
    case 'service-ok':
      return { text: `Dịch vụ loa-agent đang chạy và tự khởi động cùng bo mạch (${found.unit})` };
    case 'service-skipped':
      return found.why === 'asked'
        ? { text: 'Không cài dịch vụ, theo yêu cầu (--no-service)' }
        : {
            text: 'Không cài dịch vụ: máy này không chạy systemd',
            remedy: 'Đài chỉ phát khi chương trình được chạy bằng tay.',
          };
    case 'service-failed':
      return { text: 'Không cài được dịch vụ', remedy: found.detail };
    case 'airing-ok':
      return { text: `Đã phát lệnh «${found.title}»: ${grades[found.grade]}, trung tâm đã nhận báo cáo` };
    case 'airing-none':
      return {
        text: `Sau ${found.seconds} giây chưa có lệnh nào của trung tâm được phát xong ở đài này`,
        remedy: 'Gọi trung tâm phát thử một lệnh cho đài này, rồi chạy lại; những gì đã xong vẫn giữ.',
      };
    case 'airing-wrong':
      return {
        text: `Lệnh «${found.title}» không phát được: ${states[found.state] ?? found.state}${found.reason ? ` (${found.reason})` : ''}`,
        remedy: 'Xem lý do: loa-agent history; rồi nhờ trung tâm phát lại.',
      };
    case 'airing-unproven':
      return {
        text: `Lệnh «${found.title}» đã phát, nhưng chưa đủ bằng chứng: ${grades[found.grade]}`,
        remedy: 'Kiểm tra đường tín hiệu ra âm-li, rồi nhờ trung tâm phát lại.',
      };
    case 'airing-unreported':
      return {
        text: `Lệnh «${found.title}» đã phát, nhưng trung tâm chưa nhận báo cáo`,
        remedy: 'Kiểm tra mạng; báo cáo được giữ và gửi lại khi có mạng. Chạy lại để kiểm tra.',
      };
    case 'airing-skipped':
      return { text: 'Chưa phát thử lệnh nào của trung tâm, theo yêu cầu' };
    case 'agent-failed':
      return { text: 'Chương trình của đài không khởi động được', remedy: found.detail };
    case 'not-reached':
      return { text: 'Chưa làm đến' };
  }
}
