import { vietnameseFinding } from './findings-vi.ts';
import { helpInVietnamese } from './help.ts';
import type { ProvisionWords } from './words.ts';
import { vietnameseSensed, vietnameseZone } from './zone-words-vi.ts';

export const vietnamese: ProvisionWords = {
  help: helpInVietnamese,
  badUsage: (problem) =>
    `Dòng lệnh chưa đúng: ${problem
      .replace(/\. To specify .*$/s, '')
      .replace(/^Unknown option '(.+)'/, 'không có tùy chọn $1')
      .replace(/^Option '(.+)' argument missing/, 'tùy chọn $1 thiếu giá trị')
      .replace(/^Unexpected argument '(.+)'.*/s, 'thừa «$1»')}`,
  unanswered: (flag) =>
    `Không có ai để hỏi ở đây, nên hãy ghi thêm ${flag} vào dòng lệnh (xem: loa-agent provision --help).`,
  badZone: (text) => `«${text}» chưa đúng: --zone CỤM=RƠ-LE hoặc CỤM=RƠ-LE=TÊN, ví dụ --zone "thon-1=2=Thôn 1"`,
  badNumber: (flag) => `${flag} phải là một số nguyên hợp lệ`,
  yes: 'Có',
  no: 'Không',
  empty: 'Hãy gõ câu trả lời',
  title: 'Lắp đặt đài truyền thanh',
  keys: 'Dùng phím ↑ ↓ để chọn, Enter để trả lời, Ctrl-C để dừng. Dừng lúc nào cũng được: chạy lại sẽ làm tiếp.',
  interrupted: 'Đã dừng; các rơ-le đã nhả. Những gì đã xong được giữ: chạy lại lệnh này để làm tiếp.',
  broke: (reason) => `Có lỗi không ngờ tới (${reason}). Hãy chạy lại với --verbose và gửi kết quả cho trung tâm.`,
  askBy: 'Họ tên người lắp đặt',
  askStop: 'Đài này đang chạy. Dừng chương trình của đài để kiểm tra? (cuối cùng sẽ khởi động lại)',
  stopped: 'Đã dừng chương trình của đài',
  agentRuns: (why) =>
    why === 'on-air'
      ? 'Đài đang phát. Hãy đợi phát xong rồi chạy lại; không cắt chương trình đang phát để kiểm tra.'
      : 'Chương trình của đài đang chạy và không phải dịch vụ. Hãy dừng nó (Ctrl-C ở cửa sổ của nó) rồi chạy lại.',
  searching: 'Đang tìm bộ điều khiển ở các cổng nối tiếp…',
  askWhichController: 'Có nhiều bộ điều khiển. Đài này dùng bộ nào?',
  controllerAt: (line, serial, relays) => `số ${serial}, ${relays} rơ-le, ở ${line}`,
  askCentre: 'Địa chỉ của trung tâm (ví dụ loa.vinhphuc.example)',
  badCentre: 'Địa chỉ chưa đúng, ví dụ: loa.vinhphuc.example hoặc https://10.0.0.5:8443',
  askCode: 'Mã đăng ký do trung tâm cấp (24 chữ và số)',
  askNewCode: 'Máy chủ của trung tâm từ chối đài này. Nhập mã mới do trung tâm cấp?',
  badCode: 'Mã có 24 chữ và số, chia nhóm bốn. Hãy gõ đúng như trung tâm đã in.',
  askDevice: 'Tiếng phát ra thiết bị âm thanh nào?',
  defaultDevice: 'Thiết bị mặc định',
  zonesAhead: (count) =>
    `Thử ${count} cụm loa: mỗi cụm phát vài tiếng bíp (bằng số rơ-le) rồi một tiếng dài. Hãy cử người đứng dưới loa, hoặc gọi điện hỏi.`,
  askZoneName: (id) => `Tên cụm loa (mã: ${id})`,
  askRelay: (name) => `«${name}» đấu vào rơ-le số mấy?`,
  badRelay: (most) => `Số rơ-le từ 1 đến ${most}`,
  relayTaken: (name) => `Rơ-le này đã dùng cho «${name}»`,
  playing: (name, relay) => `Đang phát thử ở «${name}» (rơ-le ${relay})…`,
  sensed: vietnameseSensed,
  askHeard: (name, relay) => `Ở «${name}» có nghe thấy ${relay > 5 ? 5 : relay} tiếng bíp và một tiếng dài không?`,
  heard: 'Nghe rõ, đúng chỗ',
  again: 'Phát lại lần nữa',
  elsewhere: 'Nghe ở chỗ khác: chọn rơ-le khác',
  unheard: 'Không nghe thấy: ghi là chưa đạt, làm cụm tiếp theo',
  askMoreZones: 'Còn cụm loa nào nữa không?',
  askNewZoneName: 'Tên cụm loa',
  badZoneName: 'Tên này chưa dùng được: cần có chữ hoặc số, và khác các cụm đã có',
  askWhatNow: 'Làm gì bây giờ?',
  tryAgain: 'Thử lại',
  otherRelay: 'Chọn rơ-le khác',
  goOn: 'Ghi là chưa đạt, làm tiếp',
  stopHere: 'Dừng ở đây (những gì đã xong được giữ)',
  connecting: 'Đang nối với trung tâm…',
  installing: 'Đang cài và khởi động dịch vụ…',
  askAiring: (station) => `Phát thử thật: gọi trung tâm phát một lệnh cho đài ${station}`,
  waitForAiring: 'Đợi lệnh của trung tâm',
  skipAiring: 'Bỏ qua: ghi là chưa phát thử',
  awaiting: (station, seconds) =>
    `Đang đợi một lệnh của trung tâm cho đài ${station} phát xong (nhiều nhất ${Math.ceil(seconds / 60)} phút)…`,
  online: 'Đài đã trực tuyến ở trung tâm',
  points: {
    disk: 'Thẻ nhớ',
    decoder: 'Giải mã âm thanh',
    controller: 'Bộ điều khiển',
    enrolment: 'Đăng ký với trung tâm',
    sound: 'Thiết bị âm thanh',
    zone: 'Cụm loa',
    configuration: 'Cấu hình',
    broker: 'Kết nối trung tâm',
    clock: 'Đồng hồ',
    service: 'Dịch vụ',
    airing: 'Lượt phát đầu tiên',
  },
  finding: vietnameseFinding,
  zone: vietnameseZone,
  end: ({ accepted, points }) => {
    const failed = points.filter(({ result }) => result === 'failed').length;
    const skipped = points.filter(({ result }) => result === 'skipped').map(({ point }) => vietnamese.points[point]);
    if (!accepted) return `CHƯA ĐẠT: còn ${failed} mục. Sửa rồi chạy lại; những gì đã đạt được giữ.`;
    return skipped.length === 0 ? 'ĐẠT. Đài đã sẵn sàng.' : `ĐẠT, trừ những mục bỏ qua: ${skipped.join(', ')}.`;
  },
  recordIn: (files) => `Biên bản nghiệm thu (in ra và ký): ${files.join(', ')}`,
  notWritten: (reason) => `Không ghi được biên bản (${reason}); chọn thư mục khác: --record THƯ_MỤC`,
  startByHand: (config) => `Chạy chương trình của đài: loa-agent run --config ${config}`,
  page: {
    title: 'BIÊN BẢN NGHIỆM THU ĐÀI TRUYỀN THANH',
    accepted: 'ĐẠT',
    notAccepted: 'CHƯA ĐẠT',
    station: 'Đài',
    centre: 'Trung tâm',
    by: 'Người lắp đặt',
    began: 'Bắt đầu',
    ended: 'Kết thúc',
    software: 'Phần mềm',
    point: 'Mục',
    result: 'Kết quả',
    results: { passed: 'Đạt', failed: 'Chưa đạt', skipped: 'Bỏ qua' },
    zones: 'Các cụm loa',
    zone: 'Cụm loa',
    relay: 'Rơ-le',
    level: 'Mức ra của âm-li (dB)',
    current: 'Dòng dây loa (A)',
    at: 'Lúc',
    notMeasured: 'không đo',
    toDo: 'Cần làm',
    signatures: ['Người lắp đặt', 'Đại diện đài / UBND xã', 'Đại diện trung tâm'],
    signHere: '(ký, ghi rõ họ tên)',
    locale: 'vi',
  },
};
