import { vietnameseProblem } from '../configuration/problem-words.ts';
import type { DoctorWords } from './words.ts';

const CARD = 'Hãy xóa bớt hoặc thay thẻ lớn hơn; bản ghi âm tự nhường chỗ, các tệp khác thì không.';
const WORN = 'Thẻ nhớ đã mòn hoặc sắp hỏng. Hãy thay thẻ mới: đài sẽ hỏi lại trung tâm những gì thẻ này đã ghi.';
const ENROL = 'Hãy xin trung tâm mã mới (loa-broker stations add) rồi đăng ký lại: loa-agent enrol.';

export const vietnamese: DoctorWords = {
  level: { good: 'TỐT', warning: 'XEM', broken: 'HỎNG' },
  fix: 'cách sửa',
  summary: { 0: 'Mọi thứ đều tốt.', 1: 'Đài chạy được; có chỗ cần xem lại.', 2: 'Có chỗ hỏng.' },
  bundled: (file) => `Đã ghi ${file}: nhật ký và tình trạng, không có khóa và mã. Hãy xem lại trước khi gửi đi.`,
  usage: 'hãy gõ: loa-agent doctor --config TỆP [--json] [--bundle TỆP.tar.gz]',
  cannotBundle: (reason) => `Không ghi được gói: ${reason}`,
  problem: vietnameseProblem,
  of: {
    'configuration/good': ['Cấu hình (%)'],
    'configuration/bad': ['Cấu hình: %', 'Hãy sửa những mục đã nêu; agent/README.md giải thích từng mục.'],
    'files/good': ['Tệp chỉ chương trình của đài đọc được (%)'],
    'files/denied': ['Bạn không có quyền đọc %', 'Hãy chạy bằng quyền root: sudo loa-agent doctor …'],
    'files/missing': ['Thiếu %', ENROL],
    'files/open': ['Người khác đọc được %', 'Hãy đóng lại: chmod 600 (thư mục 700).'],
    'files/foreign': ['% không thuộc về dịch vụ', 'Hãy giao lại: sudo loa-agent service install --config TỆP'],
    'clock/good': ['Đồng hồ đã đồng bộ (%)'],
    'clock/by-centre': ['Trung tâm đã báo giờ (%)'],
    'clock/untrusted': [
      'Đồng hồ chưa đồng bộ (%): lượt phát theo giờ phải chờ',
      'Hãy kiểm tra mạng; cài systemd-timesyncd hoặc chrony: timedatectl. Nên gắn đồng hồ có pin.',
    ],
    'card/good': ['Thẻ nhớ còn chỗ (%) và ghi được'],
    'card/small': ['Thẻ nhớ còn ít chỗ (%)', CARD],
    'card/full': ['Thẻ nhớ đầy (%)', CARD],
    'card/unwritable': ['Không ghi được vào thẻ nhớ: %', WORN],
    'card/errors': ['Nhân hệ điều hành đếm được % lỗi trên thẻ nhớ', WORN],
    'journal/good': ['Sổ nhật ký mở được; % báo cáo chờ trung tâm nhận'],
    'journal/new': ['Chưa có sổ nhật ký (%)'],
    'journal/damaged': [
      'Sổ nhật ký hỏng: %',
      'Lần khởi động sau chương trình sẽ cất nó riêng và hỏi lại trung tâm. Nếu lặp lại, hãy thay thẻ nhớ.',
    ],
    'journal/set-aside': ['Có sổ nhật ký hỏng được cất riêng: %', 'Hãy kiểm tra thẻ nhớ rồi chuyển thư mục này đi.'],
    'journal/failed': [
      'Không mở được sổ nhật ký: %',
      'Hãy dừng chương trình đang giữ sổ, hoặc sửa quyền: sudo loa-agent service install --config TỆP',
    ],
    'controller/good': ['Bộ điều khiển trả lời (%)'],
    'controller/none': ['Không dùng bộ điều khiển (hardware.driver = none)'],
    'controller/silent': [
      'Bộ điều khiển không trả lời (%)',
      'Hãy kiểm tra nguồn, dây và mục hardware.line; xem ls /dev/serial/by-id. Dịch vụ cần nhóm dialout.',
    ],
    'decoder/good': ['Bộ giải mã (%)'],
    'decoder/missing': ['Thiếu bộ giải mã (%)', 'Hãy cài: sudo apt-get install ffmpeg'],
    'sound/good': ['Card âm thanh (%)'],
    'sound/failed': [
      'Card âm thanh hỏng (%)',
      'Hãy xem aplay -l và mục audio.device; có chương trình khác đang dùng không? Nếu thiếu aplay, hãy cài alsa-utils.',
    ],
    'sound/recorded': ['Loa không kêu: âm thanh được ghi vào %', 'Trên bo mạch hãy đặt audio.sink = "alsa".'],
    'certificate/good': ['Chứng thư (%)'],
    'certificate/soon': [
      'Chứng thư sắp hết hạn (%)',
      'Chứng thư tự gia hạn khi đài trực tuyến; nếu vẫn vậy, hãy đăng ký lại.',
    ],
    'certificate/ended': ['Theo đồng hồ này chứng thư đã hết hạn (%)', `Nếu đồng hồ đúng: ${ENROL}`],
    'certificate/not-ours': ['Chứng thư không phải của đài này và khóa của nó (%)', ENROL],
    'link/good': ['TLS tới broker (%)'],
    'link/plain': [
      'Kết nối không có TLS (%): ai ở giữa cũng đọc và cắt được',
      'Chỉ dùng để thử trên bàn. Hãy đăng ký: loa-agent enrol.',
    ],
    'link/no-name': ['Không tìm thấy tên máy %', 'Hãy kiểm tra mạng, máy chủ tên và mục link.url.'],
    'link/no-answer': [
      'Không kết nối được tới %',
      'Hãy kiểm tra dây, modem, tường lửa; hỏi trung tâm có đang chạy không.',
    ],
    'link/no-trust': [
      'TLS không thành: %',
      'Hãy kiểm tra đồng hồ, rồi mục trust.authority; nếu đều đúng thì có kẻ chen giữa: hãy báo trung tâm.',
    ],
    'broker/good': ['Broker nhận đài này (%)'],
    'broker/refused': ['Broker từ chối đài này: %', `Hãy hỏi trung tâm đài có bị thu hồi không. ${ENROL}`],
    'broker/down': [
      'Chương trình của đài chưa kết nối được (%)',
      'Hãy xem journalctl -u loa-agent -p warning; hỏi trung tâm đài có bị thu hồi không.',
    ],
    'centre/good': ['Trung tâm: %'],
    'centre/offline': [
      'Broker trả lời nhưng trung tâm thì không (%)',
      'Hãy báo trung tâm; trong lúc đó báo cáo chờ ở đây.',
    ],
    'media/good': ['Tải được bản ghi âm (%)'],
    'media/failed': [
      'Không tải được bản ghi âm ở chỗ thường dùng: %',
      'Hãy kiểm tra tường lửa (8443). Nếu trung tâm để bản ghi ở chỗ khác thì không sao.',
    ],
    'keys/good': ['Khóa của trung tâm, bản %'],
    'keys/none': ['Chưa có khóa của trung tâm', 'Khóa đến khi kết nối lần đầu; trước đó đài không nghe lệnh nào.'],
    'keys/bad': ['Khóa của trung tâm lưu ở đây không do trust.root ký (%)', 'Hãy so trust.root với loa-broker keys.'],
    'service/good': ['Dịch vụ đang chạy và tự khởi động cùng bo mạch'],
    'service/absent': [
      'Chưa cài dịch vụ: sau khi mất điện sẽ không có gì chạy',
      'sudo loa-agent service install --config TỆP',
    ],
    'service/off': [
      'Dịch vụ không chạy hoặc không tự khởi động (%)',
      'sudo systemctl enable --now loa-agent; journalctl -u loa-agent -n 50',
    ],
    'service/restarted': ['Dịch vụ đã khởi động lại % lần', 'Hãy xem lý do: journalctl -u loa-agent -p warning'],
    'service/no-systemd': ['Máy này không chạy systemd', 'Hãy bảo đảm có chương trình khác khởi động đài.'],
    'cache/good': ['Bản ghi âm đang giữ (%)'],
    'doctor/failed': ['Không xem được: %', 'Hãy báo người phụ trách phần mềm, kèm gói --bundle.'],
    'alarm/warning': ['Cảnh báo: %', 'loa-agent status cho biết từ lúc nào.'],
    'alarm/critical': ['CẢNH BÁO NẶNG: %', 'loa-agent status cho biết từ lúc nào.'],
  },
};
