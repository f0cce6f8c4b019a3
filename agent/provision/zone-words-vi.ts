import type { ZoneResult } from './record.ts';
import type { Told } from './words.ts';

const decimal = new Intl.NumberFormat('vi', { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const amperes = new Intl.NumberFormat('vi', { minimumFractionDigits: 2, maximumFractionDigits: 2 });

const zoneRemedies: Readonly<Record<string, string>> = {
  'no-such-relay': 'Bộ điều khiển không có rơ-le số này: hãy chọn số khác (--zone CỤM=RƠ-LE).',
  'relay-taken': 'Rơ-le này đã dùng cho cụm khác: mỗi cụm một rơ-le riêng (--zone CỤM=RƠ-LE).',
  'controller-unreachable': 'Bộ điều khiển thôi trả lời: kiểm tra cáp và nguồn của nó.',
  'controller-refused': 'Bộ điều khiển từ chối lệnh: tắt nguồn bộ điều khiển, bật lại rồi thử lại.',
  'lease-lost': 'Bộ điều khiển đã tự nhả rơ-le vì bo mạch quá bận: hãy thử lại.',
  'amplifier-fault': 'Âm-li báo lỗi: kiểm tra nguồn âm-li, dây loa có chập không, âm-li có quá nóng không.',
  'sound-card-failed': 'Không phát được ra thiết bị âm thanh: kiểm tra xem có chương trình nào khác đang phát không.',
};

const sensed = (rmsDb: number | undefined, currentA: number | undefined): string =>
  [
    ...(rmsDb === undefined ? [] : [`, âm-li ra ${decimal.format(rmsDb)} dB`]),
    ...(currentA === undefined ? [] : [`, dòng ${amperes.format(currentA)} A`]),
  ].join('');

export const vietnameseSensed = ({ rmsDb, currentA }: ZoneResult): string | undefined =>
  rmsDb === undefined ? undefined : `Đo được${sensed(rmsDb, currentA).replace(',', ':')}`;

export function vietnameseZone({ name, relay, verdict, rmsDb, currentA, code = '' }: ZoneResult): Told {
  const measured = sensed(rmsDb, currentA);
  const who = `Cụm loa «${name}» (rơ-le ${relay})`;
  switch (verdict) {
    case 'heard':
      return { text: `${who}: có người nghe rõ${measured}` };
    case 'measured':
      return { text: `${who}: đo được tiếng, chưa có người nghe xác nhận${measured}` };
    case 'unknown':
      return {
        text: `${who}: đã phát, nhưng thiết bị không đo được và chưa có người nghe xác nhận`,
        remedy: 'Cho một người đứng dưới loa; nghe rõ thì chạy lại với: --heard CỤM',
      };
    case 'unheard':
      return {
        text: `${who}: không nghe thấy${measured}`,
        remedy: 'Kiểm tra dây từ rơ-le đến loa và công tắc tại loa, rồi thử lại.',
      };
    case 'silent':
      return {
        text: `${who}: âm-li không ra tiếng${measured}`,
        remedy: 'Kiểm tra dây tín hiệu từ bo mạch vào âm-li, núm âm lượng và nguồn của âm-li.',
      };
    case 'no-load':
      return {
        text: `${who}: âm-li ra tiếng nhưng dây loa không có dòng${measured}`,
        remedy: 'Dây loa có thể bị đứt hoặc chưa đấu vào rơ-le này.',
      };
    case 'relay':
      return {
        text: `${who}: rơ-le không đóng mở đúng như lệnh`,
        remedy: 'Rơ-le bị kẹt hoặc hỏng tiếp điểm: không dùng rơ-le này, chuyển dây sang rơ-le khác.',
      };
    case 'failed':
      return { text: `${who}: không thử được (${code})`, remedy: zoneRemedies[code] ?? `Mã lỗi: ${code}` };
  }
}
