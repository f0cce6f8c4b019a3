import { stringify } from 'smol-toml';
import type { EnrolmentAnswer } from '../../protocol/enrolment.ts';

export interface FirstConfiguration {
  readonly state: string;
  readonly line: string;
  readonly authority: string;
  readonly certificate: string;
}

/** The configuration of a board that has just been enrolled; its zones are wired to the relays in the plan's order. */
export function firstConfiguration(
  { centre, root, url, plan }: EnrolmentAnswer,
  { state, line, authority, certificate }: FirstConfiguration,
): string {
  return stringify({
    centre,
    station: plan.station,
    name: plan.name,
    groups: plan.groups,
    languages: plan.languages,
    state,
    link: { url, certificate },
    trust: { root, authority },
    hardware: { driver: 'sc1', line },
    zones: plan.zones.map(({ id, name, tags }, at) => ({ id, name, relay: at + 1, tags })),
    audio: { sink: 'alsa' },
  });
}
