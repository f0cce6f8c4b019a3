import type { Language } from '../words.ts';
import type { Enrolled } from './enrol.ts';
import type { EnrolmentError } from './enrolment-error.ts';
import type { Change } from './identity-in-configuration.ts';

interface EnrolmentWords {
  done(enrolled: Enrolled): string;
  failed(error: EnrolmentError): string;
}

/** What a technician reads of an enrolment. */
export const enrolmentWords = (language: Language): EnrolmentWords => (language === 'en' ? english : vietnamese);

const listed = (changes: readonly Change[]): readonly string[] =>
  changes.map(({ key, before, after }) => `  ${key}: ${before || '–'} → ${after || '–'}`);

const english: EnrolmentWords = {
  done: ({ station, centre, config, kept, changes }) =>
    [
      `This board is station ${station} of centre ${centre}.`,
      ...(kept ? [] : [`${config} is written; look at the zones and their relays in it.`]),
      ...(kept && changes.length === 0 ? [`${config} stays as it was.`] : []),
      ...(changes.length > 0 ? [`Changed in ${config}; all else stays, but for comments:`, ...listed(changes)] : []),
      `Start it: loa-agent run --config ${config}${kept ? ', or its service: sudo systemctl restart loa-agent' : ''}`,
    ].join('\n'),
  failed: ({ code, message }) => {
    switch (code) {
      case 'code-unreadable':
        return 'This is no enrolment code: it has 24 letters and digits in groups of four. Type it as the centre printed it.';
      case 'centre-unreachable':
        return `The centre does not answer (${message}). Check the address, the network, and whether the centre runs.`;
      case 'not-this-centre':
        return `Whoever answers at ${message} is not the centre that made this code. Check the address and every character of the code; if both are right, somebody stands between: tell the centre. Nothing was sent.`;
      case 'refused':
        return refusedInEnglish[message] ?? `The centre refuses: ${message}`;
      case 'answer-unreadable':
        return `The centre's answer cannot be used: ${message}. Is the agent older than the centre?`;
      case 'line-missing':
        return `There is no ${message} yet, so say where the controller is: --line serial:/dev/ttyUSB0`;
      case 'cannot-write':
        return `The files cannot be written: ${message}`;
    }
  },
};

const refusedInEnglish: Readonly<Record<string, string>> = {
  'wrong-code':
    'The centre does not know this code: it was used, is older than seven days, or is mistyped. Ask for a new one.',
  busy: 'The centre has been given too many wrong codes from here. Try again in a few minutes.',
};

const vietnamese: EnrolmentWords = {
  done: ({ station, centre, config, kept, changes }) =>
    [
      `Bo mạch này là đài ${station} của trung tâm ${centre}.`,
      ...(kept ? [] : [`Đã ghi tệp ${config}; hãy xem lại các cụm loa và rơ-le trong đó.`]),
      ...(kept && changes.length === 0 ? [`Tệp ${config} giữ nguyên.`] : []),
      ...(changes.length > 0
        ? [`Đã sửa trong tệp ${config}; các mục khác giữ nguyên, chú thích thì mất:`, ...listed(changes)]
        : []),
      `Khởi động: loa-agent run --config ${config}${kept ? ', hoặc dịch vụ: sudo systemctl restart loa-agent' : ''}`,
    ].join('\n'),
  failed: ({ code, message }) => {
    switch (code) {
      case 'code-unreadable':
        return 'Đây không phải mã đăng ký: mã có 24 chữ và số, chia nhóm bốn. Hãy gõ đúng như trung tâm đã in.';
      case 'centre-unreachable':
        return `Trung tâm không trả lời (${message}). Hãy kiểm tra địa chỉ, mạng, và trung tâm có đang chạy không.`;
      case 'not-this-centre':
        return `Máy trả lời ở ${message} không phải trung tâm đã cấp mã này. Hãy kiểm tra địa chỉ và từng ký tự của mã; nếu đều đúng thì có kẻ chen giữa: hãy báo trung tâm. Chưa gửi gì đi.`;
      case 'refused':
        return refusedInVietnamese[message] ?? `Trung tâm từ chối: ${message}`;
      case 'answer-unreadable':
        return `Không dùng được câu trả lời của trung tâm: ${message}. Có thể chương trình của đài cũ hơn trung tâm.`;
      case 'line-missing':
        return `Chưa có tệp ${message}, nên hãy cho biết bộ điều khiển ở đâu: --line serial:/dev/ttyUSB0`;
      case 'cannot-write':
        return `Không ghi được tệp: ${message}`;
    }
  },
};

const refusedInVietnamese: Readonly<Record<string, string>> = {
  'wrong-code': 'Trung tâm không biết mã này: mã đã dùng, quá bảy ngày, hoặc gõ sai. Hãy xin mã mới.',
  busy: 'Trung tâm đã nhận quá nhiều mã sai từ địa chỉ này. Hãy thử lại sau vài phút.',
};
