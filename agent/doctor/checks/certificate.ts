import { X509Certificate } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isCertificateOf } from '../../enrol/certificate.ts';
import { openStationKey } from '../../report/station-key.ts';
import type { Finding } from '../finding.ts';
import type { Patient } from '../patient.ts';
import { readOwn } from '../read-own.ts';

const SOON_MS = 30 * 24 * 60 * 60_000;

/** Whether the certificate is for this station and its key, and how long it lasts by this board's clock. */
export async function certificate({ configuration }: Pick<Patient, 'configuration'>): Promise<readonly Finding[]> {
  const { link, state, station } = configuration;
  if (link.certificate === undefined) return [];
  try {
    const pem = await readOwn(link.certificate);
    const { subject, validTo } = new X509Certificate(pem);
    const until = new Date(validTo);
    const detail = `${link.certificate}, ${until.toISOString().slice(0, 10)}`;
    // Opening it would make one where there is none.
    await stat(join(state, 'station-key.json'));
    const { publicKey } = await openStationKey(state, station);
    const ours = subject.split('\n').includes(`CN=${station}`) && isCertificateOf(pem, publicKey);
    if (!ours) return [{ code: 'certificate/not-ours', detail }];
    if (until.getTime() < Date.now()) return [{ code: 'certificate/ended', detail }];
    return [{ code: until.getTime() - Date.now() < SOON_MS ? 'certificate/soon' : 'certificate/good', detail }];
  } catch (error) {
    return [{ code: 'certificate/not-ours', detail: `${link.certificate}: ${(error as Error).message}` }];
  }
}
