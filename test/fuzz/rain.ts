import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { encodeAck } from '../../protocol/ack.ts';
import { encodeCancel } from '../../protocol/cancel.ts';
import { importPublicKey } from '../../protocol/keys.ts';
import { decodeOrder, encodeOrder, type Order } from '../../protocol/order.ts';
import { encodeOrderIndex } from '../../protocol/order-index.ts';
import { accepted, refused } from '../../protocol/refusal.ts';
import { encodeTime } from '../../protocol/time.ts';
import { startVirtualStation } from '../../simulator/station/station.ts';
import { residentMB } from '../bench/memory.ts';
import { serve } from '../support/http.ts';
import { PuppetCentre } from '../support/puppet-centre.ts';
import { recordTone } from '../support/tone.ts';
import { mutants } from './mutants.ts';

const STATION = 'dai-dong';
/** Far below what a station lets wait [P-80], so that each is read. */
const BATCH = 100;

export interface Rain {
  /** Mutants that the agent has read. */
  readonly mutants: number;
  /** By the code for which they are refused; `opens` would be one that verifies. */
  readonly refusals: Readonly<Record<string, number>>;
  /** Relays that closed or opened meanwhile. */
  readonly relaysMoved: number;
  /** Whether a true order airs afterwards. */
  readonly airsAfterwards: boolean;
  /** The agent's memory (VmRSS, MB) after each tenth. */
  readonly memoryMB: readonly number[];
  readonly seconds: number;
}

export interface RainOptions {
  readonly count: number;
  readonly seed: number;
  readonly progress?: (read: number) => void;
}

/** Rains mutated orders on a real agent with virtual hardware, over MQTT with TLS, from a broker that carries everything. */
export async function rain({ count, seed, progress }: RainOptions): Promise<Rain> {
  const folder = await mkdtemp(join(tmpdir(), 'loa-fuzz-'));
  const centre = await PuppetCentre.start();
  const tone = await recordTone(1);
  const media = await serve((_, response) => void response.end(tone.bytes));
  const station = await startVirtualStation({
    ...(await centre.enrol(STATION, folder)),
    ...{ name: 'Đài Đại Đồng', transport: 'tcp', agent: 'process' },
    zones: ['thon-1', 'thon-2'].map((id) => ({ id, name: id })),
  });
  const programme: Order['programme'] = [{ type: 'audio', variants: [tone.variant(`${media.url}/tone`)] }];
  const draft = (changes: Partial<Order> = {}) => centre.draft(STATION, { programme, ...changes });
  const relays = () => station.controller.timeline.filter(({ what }) => what === 'relay').length;
  /** One that is for another is read, refused and reported, and so says that everything before it was read. */
  const allRead = async (): Promise<void> => {
    const marker = draft({ to: { stations: ['another'] } });
    await centre.order(STATION, marker);
    await centre.outcome(marker);
  };
  try {
    await centre.online(STATION);
    const tokens = await originals(centre, draft);
    const known = await importPublicKey(centre.signer.publicKey);
    const lookup = (kid: string) => (kid === centre.signer.kid ? accepted(known) : refused('unknown-key', kid));
    const refusals: Record<string, number> = {};
    const memoryMB: number[] = [];
    const began = performance.now();
    for (let read = 0; read < count; ) {
      const batch = fc.sample(mutants(tokens), { numRuns: Math.min(BATCH, count - read), seed: seed + read });
      for (const mutant of batch) {
        const opened = await decodeOrder(mutant, lookup);
        const code = opened.ok ? 'opens' : opened.refusal.code;
        refusals[code] = (refusals[code] ?? 0) + 1;
        await centre.push(STATION, mutant);
      }
      await allRead();
      read += batch.length;
      if (Math.floor((10 * read) / count) > memoryMB.length) {
        memoryMB.push(Math.round(await residentMB(station.agent.child?.pid)));
        progress?.(read);
      }
    }
    const seconds = (performance.now() - began) / 1_000;
    const relaysMoved = relays();
    const last = draft({ zones: ['thon-1'] });
    await centre.order(STATION, last);
    const { outcome } = await centre.outcome(last);
    const airsAfterwards = outcome === 'aired' && relays() === relaysMoved + 2;
    return { mutants: count, refusals, relaysMoved, airsAfterwards, memoryMB, seconds };
  } finally {
    await station.close();
    await media.close();
    await centre.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Orders that would sound if they came as they are, and everything else that the centre signs. */
async function originals(centre: PuppetCentre, draft: (changes?: Partial<Order>) => Order): Promise<string[]> {
  const now = new Date().toISOString();
  const later = new Date(Date.now() + 3_600_000).toISOString();
  const of = { centre: 'vinh-phuc', station: STATION };
  const cancelled = draft();
  const { signer } = centre;
  const signed = await Promise.all([
    encodeOrder(draft(), signer),
    encodeOrder(draft({ priority: 'emergency' }), signer),
    encodeOrder(draft({ priority: 'emergency', to: 'all', zones: ['thon-1'] }), signer),
    encodeOrder(draft({ priority: 'priority', repeat: { times: 3, gap: 0 }, chime: true, volume: 50 }), signer),
    encodeOrder(draft({ when: { type: 'daily', times: ['05:00'], timeZone: 'Asia/Ho_Chi_Minh' } }), signer),
    encodeCancel({ id: cancelled.id, rev: 1, type: 'cancel', centre: 'vinh-phuc', issuedAt: now }, signer),
    encodeAck({ ...of, epoch: 'a'.repeat(32), seq: 5 }, signer),
    encodeTime({ ...of, nonce: 'b'.repeat(32), now }, signer),
    encodeOrderIndex({ ...of, generation: 3, issuedAt: now, expiresAt: later, orders: [], cancelled: [] }, signer),
  ]);
  return signed.map((bytes) => Buffer.from(bytes).toString('latin1'));
}
