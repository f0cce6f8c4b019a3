import type { VirtualZone } from '../station/configuration-file.ts';

export const CENTRE = 'vinh-phuc';

export interface CastStation {
  readonly station: string;
  readonly name: string;
  readonly zones: readonly VirtualZone[];
}

const zone = (id: string, name: string, tags: readonly string[] = ['village']): VirtualZone => ({ id, name, tags });

/** The station at which the emergency breaks into the routine bulletin, in one of its zones. */
export const PREEMPTED: CastStation = {
  station: 'dai-dong',
  name: 'Đài truyền thanh xã Đại Đồng',
  zones: [zone('thon-1', 'Thôn 1'), zone('thon-2', 'Thôn 2'), zone('cho', 'Chợ', ['market'])],
};
export const EMERGENCY_ZONE = 'thon-1';

/** The station towards which somebody on the wire sends a forged order. */
export const ATTACKED: CastStation = {
  station: 'dao-tru',
  name: 'Đài truyền thanh xã Đạo Trù',
  zones: [zone('lang-ha', 'Làng Hạ'), zone('ban-dong', 'Bản Đồng', ['village', 'mountain'])],
};

export const UNDISTURBED: CastStation = {
  station: 'tam-quan',
  name: 'Đài truyền thanh xã Tam Quan',
  zones: [zone('thon-1', 'Thôn 1'), zone('thon-2', 'Thôn 2')],
};

export const CAST: readonly CastStation[] = [PREEMPTED, ATTACKED, UNDISTURBED];

export const ROUTINE = {
  file: 'routine.vi.opus',
  title: 'Khai báo di biến động khi qua các chốt kiểm dịch',
  basis: { number: '1415/STTTT-TTBCXB', date: '2021-08-24', issuer: 'Sở Thông tin và Truyền thông tỉnh Vĩnh Phúc' },
} as const;

export const EMERGENCY = {
  file: 'emergency.vi.opus',
  title: 'Diễn tập: thông báo khẩn cấp cho Thôn 1',
  basis: { number: '7199/UBND-NC1', date: '2021-08-20', issuer: 'Ủy ban nhân dân tỉnh Vĩnh Phúc' },
} as const;
