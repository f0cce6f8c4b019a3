import type { Policy } from '../../protocol/policy.ts';
import { localInstant, USUAL_TIME_ZONE } from './local-instant.ts';
import type { Status } from './status.ts';

/** What a technician reads of the policies in force. */
interface PolicyWords {
  readonly station: string;
  readonly centreForAll: string;
  readonly centreForStation: string;
  readonly centre: string;
  readonly none: string;
  readonly since: (issuedAt: string) => string;
  readonly quiet: (hours: string) => string;
  readonly minutes: (count: number) => string;
  readonly ceiling: (percent: number, where: string) => string;
  readonly timeZone: (name: string) => string;
}

const vietnamese: PolicyWords = {
  station: 'Chính sách của đài',
  centreForAll: 'Chính sách của trung tâm cho mọi đài',
  centreForStation: 'Chính sách của trung tâm cho đài này',
  centre: 'Chính sách của trung tâm',
  none: 'không giới hạn',
  since: (issuedAt) => `đặt lúc ${issuedAt}`,
  quiet: (hours) => `giữ yên tĩnh ${hours}`,
  minutes: (count) => `mỗi ngày không quá ${count} phút`,
  ceiling: (percent, where) => `âm lượng không quá ${percent} %${where}`,
  timeZone: (name) => `giờ ${name}`,
};

const english: PolicyWords = {
  station: 'Policy of the station',
  centreForAll: 'Policy of the centre for all stations',
  centreForStation: 'Policy of the centre for this station',
  centre: 'Policy of the centre',
  none: 'no limits',
  since: (issuedAt) => `set ${issuedAt}`,
  quiet: (hours) => `quiet ${hours}`,
  minutes: (count) => `at most ${count} minutes a day`,
  ceiling: (percent, where) => `volume at most ${percent} %${where}`,
  timeZone: (name) => `time of ${name}`,
};

/** One line for each policy; a station without any says so. */
export function policyLines({ station, centre }: Status['policies'], language: 'vi' | 'en'): readonly string[] {
  const say = language === 'en' ? english : vietnamese;
  const line = (title: string, policy: Policy) => `${title}: ${rules(policy, say).join('; ') || say.none}`;
  const { all, station: here, issuedAt } = centre ?? {};
  const since = issuedAt === undefined ? '' : ` (${say.since(localInstant(issuedAt))})`;
  return [
    line(say.station, station ?? { timeZone: USUAL_TIME_ZONE, quietHours: [], volumeCeilings: [] }),
    ...(all === undefined && here === undefined ? [`${say.centre}${since}: ${say.none}`] : []),
    ...(all === undefined ? [] : [line(`${say.centreForAll}${since}`, all)]),
    ...(here === undefined ? [] : [line(`${say.centreForStation}${since}`, here)]),
  ];
}

function rules({ timeZone, quietHours, dailyMinutes, volumeCeilings }: Policy, say: PolicyWords): readonly string[] {
  const span = ({ from, to }: { from: string; to: string }) => `${from}–${to}`;
  const said = [
    ...(quietHours.length === 0 ? [] : [say.quiet(quietHours.map(span).join(', '))]),
    ...(dailyMinutes === undefined ? [] : [say.minutes(dailyMinutes)]),
    ...volumeCeilings.map(({ percent, zones, hours }) => {
      const where = [...(zones ?? []), ...(hours ? [span(hours)] : [])].join(', ');
      return say.ceiling(percent, where === '' ? '' : ` (${where})`);
    }),
  ];
  return said.length === 0 || timeZone === USUAL_TIME_ZONE ? said : [...said, say.timeZone(timeZone)];
}
