import { writePrivate } from '../../agent/card/durable.ts';
import { identityPaths } from '../../agent/enrol/identity.ts';
import { openStationKey } from '../../agent/report/station-key.ts';
import type { Authority } from '../../broker/authority/authority.ts';
import type { StationIdentity } from '../../simulator/station/configuration-file.ts';

/** Leaves in a station's state folder what an enrolment leaves there; gives the paths for its configuration. */
export async function enrolled(authority: Authority, station: string, state: string): Promise<StationIdentity> {
  const { publicCryptoKey } = await openStationKey(state, station);
  const { certificate } = await authority.issueClient({ id: station, role: 'station' }, publicCryptoKey);
  const paths = identityPaths(state);
  await writePrivate(paths.authority, authority.certificate);
  await writePrivate(paths.certificate, certificate);
  return { certificate: paths.certificate, authority: paths.authority };
}
