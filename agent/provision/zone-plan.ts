import type { EnrolmentAnswer } from '../../protocol/enrolment.ts';
import type { Configuration } from '../configuration/schema.ts';
import type { ZoneResult } from './record.ts';

/** A zone as it is to be: what the centre planned, with the relay that it hangs on. */
export interface PlannedZone {
  readonly id: string;
  readonly name: string;
  readonly tags: readonly string[];
  readonly relay: number;
}

/** `thon-1=2` or `thon-1=2=Thôn 1`: zone, relay, name. Undefined for anything else. */
export interface WiredZone {
  readonly id: string;
  readonly relay: number;
  readonly name?: string | undefined;
}

export function parseWiring(text: string): WiredZone | undefined {
  const [, id, relay, name] = /^([a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?)=(\d{1,2})(?:=(.+))?$/.exec(text) ?? [];
  return id === undefined ? undefined : { id, relay: Number(relay), name };
}

/**
 * The zones to set up, the planned ones first. The relay is, in this order: what the technician says, what was tested
 * before, what the configuration has, the place in the plan.
 */
export function planZones(
  { plan }: EnrolmentAnswer,
  wired: readonly WiredZone[],
  tested: readonly ZoneResult[],
  configured: Configuration['zones'],
): readonly PlannedZone[] {
  const own = [...wired, ...configured].filter(
    ({ id }, at, all) => !plan.zones.some((zone) => zone.id === id) && all.findIndex((each) => each.id === id) === at,
  );
  return [...plan.zones, ...own.map(({ id, name }) => ({ id, name: name ?? id, tags: [] }))].map((zone, at) => {
    const said = wired.find(({ id }) => id === zone.id);
    const before = tested.find((each) => each.zone === zone.id);
    const kept = configured.find(({ id }) => id === zone.id);
    return {
      id: zone.id,
      name: said?.name ?? before?.name ?? kept?.name ?? zone.name,
      tags: kept?.tags ?? zone.tags,
      relay: said?.relay ?? before?.relay ?? kept?.relay ?? at + 1,
    };
  });
}

/** An id out of a name as people write it: «Chợ Đại Đồng» is `cho-dai-dong`. Empty when nothing is left. */
export const idOf = (name: string): string =>
  name
    .toLowerCase()
    .replaceAll('đ', 'd')
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 64)
    .replace(/-+$/, '');
