import type { TomlTable } from 'smol-toml';
import type { StationPlan } from '../../protocol/enrolment.ts';

/** What an enrolment does not say of a board that had no configuration; its zones are wired to the relays in the plan's order. */
export const firstConfiguration = ({ zones }: StationPlan, line: string): TomlTable => ({
  hardware: { driver: 'sc1', line },
  zones: zones.map(({ id, name, tags }, at) => ({ id, name, relay: at + 1, tags })),
  audio: { sink: 'alsa' },
});
