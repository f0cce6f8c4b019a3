/** What `loa-sim first-airing` says; the set-up has words of its own. */
export interface FirstAiringWords {
  readonly summary: string;
  readonly guided: string;
  readonly directory: string;
  /** Title of the order. */
  readonly order: string;
  readonly begins: string;
  readonly typeThese: (centre: string, code: string) => string;
  readonly runs: (command: string) => string;
  readonly heard: (zone: string, coefficient: number) => string;
  readonly ends: (right: boolean, seconds: number, directory: string) => string;
}

const figure = (value: number, digits: number, locale: string): string =>
  value.toLocaleString(locale, { minimumFractionDigits: digits, maximumFractionDigits: digits });

export const vietnamese: FirstAiringWords = {
  summary: 'Từ một bo mạch trống đến lượt phát đầu tiên: một trung tâm, một tủ thiết bị ảo, và loa-agent provision.',
  guided: 'hỏi từng bước ở cửa sổ này, như khi lắp đặt thật; không có thì tự làm hết',
  directory: 'thư mục để giữ bản ghi, biên bản và dữ liệu; mặc định là một thư mục tạm',
  order: 'Phát thử đài mới',
  begins: 'Chuẩn bị một trung tâm có một lệnh phát cho mọi đài, và một tủ thiết bị ảo…',
  typeThese: (centre, code) => `Khi được hỏi, hãy gõ:\n  địa chỉ của trung tâm: ${centre}\n  mã đăng ký: ${code}`,
  runs: (command) => `$ ${command}`,
  heard: (zone, coefficient) =>
    `Loa ở «${zone}» đã ghi được lệnh của trung tâm, độ giống ${figure(coefficient, 3, 'vi')}`,
  ends: (right, seconds, directory) =>
    `${right ? 'ĐÚNG' : 'SAI'}: ${figure(seconds, 1, 'vi')} giây từ bo mạch trống đến hết lượt phát đầu tiên. Bản ghi và biên bản: ${directory}`,
};

export const english: FirstAiringWords = {
  summary: 'From an empty board to its first airing: a centre, a virtual cabinet, and loa-agent provision.',
  guided: 'ask step by step at this terminal, as in a real cabinet; without it nothing is asked',
  directory: 'folder for recordings, record and data; a temporary one by default',
  order: 'Test of a new station',
  begins: 'Preparing a centre with an order for everybody, and a virtual cabinet…',
  typeThese: (centre, code) => `When asked, type:\n  the centre's address: ${centre}\n  the code: ${code}`,
  runs: (command) => `$ ${command}`,
  heard: (zone, coefficient) =>
    `The loudspeakers in “${zone}” recorded the order, likeness ${figure(coefficient, 3, 'en')}`,
  ends: (right, seconds, directory) =>
    `${right ? 'RIGHT' : 'WRONG'}: ${figure(seconds, 1, 'en')} seconds from an empty board to the end of its first airing. Recordings and record: ${directory}`,
};
