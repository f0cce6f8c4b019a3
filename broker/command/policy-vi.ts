import type { Words } from './words-en.ts';

/** What an operator reads of policies, in Vietnamese. */
export const policyInVietnamese: Words['policy'] = {
  about: 'xem, đặt hoặc bỏ giới hạn cho đài: giờ giữ yên tĩnh, thời lượng trong ngày, âm lượng tối đa',
  station: 'đài cần đặt',
  all: 'mọi đài, kể cả đài kết nối sau này',
  file: 'tệp TOML hoặc JSON: quietHours, dailyMinutes, volumeCeilings, timeZone, như mục [policy] của đài',
  clear: 'bỏ giới hạn đã đặt',
  needsTarget: 'Hãy ghi đài nào: mã đài, hoặc --all cho mọi đài (không ghi cả hai).',
  fileAndClear: 'Chỉ dùng một trong hai: --file hoặc --clear.',
  noFile: (file) => `Không có tệp này hoặc không có quyền đọc: ${file}. Hãy kiểm tra tên tệp.`,
  unreadable: (file, where) => `Không hiểu được tệp ${file} (${where}). Hãy sửa rồi thử lại.`,
  ofAll: 'Cho mọi đài',
  ofStation: (station) => `Riêng cho đài ${station}`,
  none: 'không giới hạn',
  quiet: (hours) => `giữ yên tĩnh ${hours}`,
  minutes: (count) => `mỗi ngày không quá ${count} phút`,
  ceiling: (percent, where) => `âm lượng không quá ${percent} %${where}`,
  timeZone: (name) => `theo giờ ${name}`,
  kept: (count, of) => `Số đài đang giữ đúng: ${count}/${of}.`,
  waiting: (stations) => `Chưa xác nhận, sẽ nhận khi trực tuyến: ${stations}`,
  by: { station: 'chính sách của đài', centre: 'chính sách của trung tâm' },
};
