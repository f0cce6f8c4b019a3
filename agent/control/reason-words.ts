import type { FieldProblem, RefusalCode } from '../../protocol/refusal.ts';

type Words = Readonly<Record<'vi' | 'en', string>>;

/** Why a station does not do what it was ordered, for its technician. Other codes do not come to this screen. */
const reasons: Partial<Readonly<Record<RefusalCode, Words>>> = {
  'wrong-centre': { vi: 'lệnh của trung tâm khác', en: 'of another centre' },
  'not-addressed': { vi: 'lệnh không gửi cho đài này', en: 'not addressed to this station' },
  expired: { vi: 'đến đài khi đã hết hạn', en: 'its time was over when it came' },
  'unknown-zone': { vi: 'đài không có cụm loa này', en: 'the station has no such zone' },
  'unsupported-programme': {
    vi: 'đài không phát được loại chương trình này',
    en: 'the station cannot play this kind of programme',
  },
  'unsupported-schedule': { vi: 'đài không hiểu lịch phát này', en: 'the station does not know this kind of schedule' },
  'too-many-orders': { vi: 'quá nhiều lệnh đang chờ ở đài', en: 'too many orders wait at the station' },
  'revoked-key': { vi: 'khóa ký lệnh đã bị thu hồi', en: 'the key that signed it was revoked' },
  'quiet-hours': { vi: 'trong giờ giữ yên tĩnh', en: 'quiet hours' },
  'quota-used': { vi: 'đã hết thời lượng phát trong ngày', en: 'the airtime of the day is used up' },
  stopped: { vi: 'đã dừng tại đài', en: 'stopped at the station' },
  'audio-address-forbidden': {
    vi: 'đài không được phép tải bản ghi âm từ địa chỉ này',
    en: 'the recording is at an address that stations may not fetch from',
  },
  'audio-unreachable': { vi: 'không kết nối được nơi lưu bản ghi âm', en: "the recording's server cannot be reached" },
  'audio-not-found': { vi: 'không có bản ghi âm ở nơi lưu', en: 'the recording is not there' },
  'audio-too-slow': { vi: 'tải bản ghi âm quá chậm', en: 'the recording came too slowly' },
  'audio-size-differs': {
    vi: 'bản ghi âm có kích thước khác với lệnh',
    en: 'the recording has another size than announced',
  },
  'audio-hash-differs': {
    vi: 'bản ghi âm khác với bản nêu trong lệnh',
    en: 'the recording is another one than announced',
  },
  'audio-unplayable': { vi: 'không phát được bản ghi âm này', en: 'the recording cannot be played' },
  'no-space': { vi: 'thẻ nhớ hết chỗ cho bản ghi âm', en: 'no room on the card for the recording' },
  'controller-unreachable': { vi: 'bộ điều khiển không trả lời', en: 'the controller does not answer' },
  'controller-refused': { vi: 'bộ điều khiển từ chối', en: 'the controller refused' },
  'readback-differs': {
    vi: 'trạng thái rơ-le khác với lệnh đóng ngắt',
    en: 'the relays are not as they were told to be',
  },
  'lease-lost': { vi: 'bộ điều khiển đã tự ngắt rơ-le', en: 'the controller has let the relays drop' },
  'amplifier-fault': { vi: 'âm-li bị lỗi', en: 'the amplifier has a fault' },
  'decoder-failed': { vi: 'bộ giải mã bị lỗi', en: 'the decoder failed' },
  'decoder-hung': { vi: 'bộ giải mã bị treo', en: 'the decoder hung' },
  'sound-card-failed': { vi: 'card âm thanh bị lỗi', en: 'the sound card failed' },
  'internal-error': { vi: 'lỗi trong chương trình; xem nhật ký', en: 'an error in the program; its log says more' },
};

const policies: Readonly<Record<'station' | 'centre', Words>> = {
  station: { vi: 'chính sách của đài', en: "the station's policy" },
  centre: { vi: 'chính sách của trung tâm', en: "the centre's policy" },
};

/** The code in words, and by whose policy where `because` names a rule. */
export function reasonText(code: RefusalCode, because: FieldProblem | undefined, language: 'vi' | 'en'): string {
  const reason = reasons[code]?.[language] ?? code;
  const [by] = because?.path.split('.') ?? [];
  return by === 'station' || by === 'centre' ? `${reason} (${policies[by][language]}: ${because?.problem})` : reason;
}
