import type { Words } from './words-en.ts';

/** What an operator reads of changing keys, in Vietnamese. */
export const keyringInVietnamese: Words['keyring'] = {
  list: 'xem khóa nào đang có hiệu lực, đến khi nào, và bao nhiêu đài đã theo',
  rotate: 'tạo khóa ký mới; khóa trước đó hết hạn trong 30 ngày',
  days: 'khóa ký mới có hiệu lực bao nhiêu ngày',
  revoke: 'thu hồi khóa ngay: lệnh chỉ do khóa đó ký sẽ im tiếng và bị từ chối',
  kid: 'tên khóa, như `keys list` in ra; có thể ghi nhiều khóa',
  sign: 'ký danh mục khóa được yêu cầu, trên máy giữ khóa gốc',
  signRequest: 'tệp yêu cầu do trung tâm ghi ra',
  signRoot: 'tệp khóa gốc (PEM)',
  signOut: 'ghi danh mục đã ký vào tệp nào',
  import: 'nhận danh mục khóa đã ký ở máy khác',
  importFile: 'tệp danh mục đã ký',
  rotated: (kid) => `Khóa ký mới là ${kid}.`,
  inForce: (version) => `Danh mục khóa bản ${version} đã có hiệu lực.`,
  toSign: (file, version) =>
    `Khóa gốc không ở máy này nên chưa có gì thay đổi. Hãy mang tệp ${file} đến máy giữ khóa gốc, xem kỹ nội dung, rồi chạy ở đó:\n\n    loa-broker keys sign YÊU-CẦU --root root.pem --out manifest-${version}.jws\n\nSau đó, ở đây: loa-broker keys import manifest-${version}.jws`,
  signed: (centre, version, file) => `Đã ký danh mục khóa bản ${version} của trung tâm ${centre}: ${file}`,
  added: (what) => `  mới: ${what}`,
  revoked: (kid) => `  thu hồi: ${kid}`,
  dropped: (kid) => `  không còn trong danh mục: ${kid}`,
  signingKey: 'khóa ký của trung tâm',
  clientKey: (client, priorities) => `phần mềm ${client} (${priorities})`,
  head: ['khóa', 'là gì', 'tình trạng', 'đến'],
  states: { signs: 'đang ký', counts: 'còn hiệu lực', ended: 'hết hạn', revoked: 'đã thu hồi' },
  forEver: 'không thời hạn',
  manifest: (version, issued) => `Danh mục khóa bản ${version}, lập ${issued}.`,
  rootHere: 'Khóa gốc ở máy này.',
  rootElsewhere: 'Khóa gốc ở máy khác.',
  follow: (count, of) => `Số đài đã theo danh mục này: ${count} trên ${of}.`,
  behind: (stations) => `Các đài chưa báo đã theo: ${stations}`,
  notRunning: 'Trung tâm không chạy nên chưa biết đài nào đã theo.',
  clients: 'phần mềm gửi lệnh',
  clientsRevoke: 'thu hồi khóa và chứng thư của một phần mềm, ngắt kết nối của nó',
  clientRevoked: (client, keys, certificates) =>
    keys + certificates === 0
      ? `${client} không có khóa hay chứng thư nào còn hiệu lực.`
      : `Đã cắt ${client}: ${keys} khóa, ${certificates} chứng thư.`,
  clientOrders: (orders) =>
    `Các lệnh của nó còn hiệu lực (loa-broker order cancel ID):\n${orders.map((id) => `  ${id}`).join('\n')}`,
  unknown: (kid) => `Không có khóa ${kid} nào còn hiệu lực. Xem: loa-broker keys list`,
  tooManyRevoked: (most) =>
    `Danh mục đã ghi ${most} khóa ký bị thu hồi và không được bỏ khóa nào, nên không có gì thay đổi. Các đài cần khóa gốc mới: hãy lập trung tâm mới và đăng ký lại các đài ở đó.`,
  noToken: (file) =>
    `Mã truy cập API trong ${file} bị thiếu hoặc hỏng. Hãy phục hồi tệp này từ bản sao lưu, hoặc tạo mã mới rồi khởi động lại trung tâm: openssl rand -hex 32 > ${file}`,
  noRequest: (file) =>
    `${file} không phải yêu cầu của trung tâm, hoặc không nối tiếp danh mục đang có hiệu lực. Hãy lập yêu cầu mới.`,
  noRoot: (file) => `${file} không phải khóa gốc.`,
  otherRoot: (file) => `${file} thuộc khóa gốc khác. Có đúng trung tâm và đúng tệp không?`,
  superseded: (file) =>
    `${file} không mới hơn danh mục đang có hiệu lực, hoặc của trung tâm khác. Không có gì thay đổi.`,
};
