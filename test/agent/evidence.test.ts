import fc from 'fast-check';
import { test } from 'tap';
import { EvidenceCollector } from '../../agent/air/evidence.ts';
import { Meter } from '../../agent/audio/meter.ts';
import type { Readback, ZoneReading } from '../../agent/hardware/ports.ts';
import { encodeReport, type Report } from '../../protocol/report.ts';
import { aReport } from '../support/examples.ts';
import { makeSigner } from '../support/signer.ts';

const zones = ['thon-1', 'thon-2', 'thon-3'];
const closed = (...names: string[]): ZoneReading[] =>
  zones.map((zone) => ({ zone, commanded: names.includes(zone), sensed: names.includes(zone) }));
const level = (rmsDb: number) => ({ rmsDb, peakDb: rmsDb });

test('a zone that was once read open stays unproven', (t) => {
  const evidence = new EvidenceCollector('contact', ['thon-1', 'thon-2']);
  t.same(evidence.read(closed('thon-1', 'thon-2')), []);
  t.same(evidence.read(closed('thon-1')), ['thon-2 is open']);
  t.same(evidence.read(closed('thon-1', 'thon-2')), []);
  t.match(evidence.conclude(new Meter(), 48_000, 48_000), {
    grade: 'received',
    zones: [
      { zone: 'thon-1', keyed: true },
      { zone: 'thon-2', keyed: false },
    ],
  });
  t.end();
});

test('a zone that nobody ordered and that is closed contradicts', (t) => {
  const evidence = new EvidenceCollector('contact', ['thon-1']);
  t.same(evidence.read(closed('thon-1', 'thon-3')), ['thon-3 is closed']);
  t.end();
});

test('a sensed contact outweighs what was commanded; without sensing the command has to do', (t) => {
  const lying = new EvidenceCollector('contact', ['thon-1']);
  t.same(lying.read([{ zone: 'thon-1', commanded: true, sensed: false }]), ['thon-1 is open']);
  const commanded = new EvidenceCollector('commanded', ['thon-1']);
  t.same(commanded.read([{ zone: 'thon-1', commanded: true }]), []);
  t.match(commanded.conclude(new Meter(), 0, 48_000), { grade: 'keyed', zones: [{ readback: 'commanded' }] });
  t.end();
});

test('what was never read is not keyed, and what cannot be read is unknown', (t) => {
  t.match(new EvidenceCollector('contact', ['thon-1']).conclude(new Meter(), 48, 48), {
    grade: 'received',
    zones: [{ keyed: false }],
  });
  t.match(new EvidenceCollector('none', ['thon-1']).conclude(new Meter(), 48, 48), {
    grade: 'played',
    zones: [{ keyed: 'unknown' }],
  });
  t.end();
});

test('an amplifier that only hums has not sounded', (t) => {
  const evidence = new EvidenceCollector('contact', ['thon-1']);
  evidence.read(closed('thon-1'));
  evidence.sensed(undefined);
  evidence.sensed(level(-75));
  t.equal(evidence.conclude(new Meter(), 48, 48).grade, 'played');
  evidence.sensed(level(-20));
  t.match(evidence.conclude(new Meter(), 48, 48), { grade: 'sounded', sounded: { samples: 2, rmsDb: -20 } });
  t.end();
});

test('[P-40] whatever was read, the evidence claims nothing that a report may not carry', async () => {
  const { signer } = await makeSigner('dai-dong');
  const readings = fc.array(
    fc.array(fc.record({ commanded: fc.boolean(), sensed: fc.boolean() }), { minLength: 3, maxLength: 3 }),
    { maxLength: 4 },
  );
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom<Readback>('contact', 'commanded', 'none'),
      fc.subarray(zones, { minLength: 1 }),
      readings,
      fc.array(fc.integer({ min: -120, max: 40 }), { maxLength: 3 }),
      fc.integer({ min: 0, max: 48_000 }),
      async (readback, selected, list, levels, samples) => {
        const evidence = new EvidenceCollector(readback, selected);
        for (const each of list) {
          evidence.read(each.map((reading, at) => ({ zone: zones[at] ?? '', ...reading })));
        }
        for (const db of levels) evidence.sensed(level(db));
        const concluded = evidence.conclude(new Meter(), samples, 48_000);
        const report = (outcome: Report['outcome']): Report =>
          aReport({ outcome, evidence: concluded, ...(outcome === 'failed' && { refusal: { code: 'stopped' } }) });
        await encodeReport(report('failed'), signer);
        const canAir = await encodeReport(report('aired'), signer).then(
          () => true,
          () => false,
        );
        const proven = readback === 'none' || (list.length > 0 && concluded.zones.every(({ keyed }) => keyed === true));
        return canAir === (proven && samples === 48_000);
      },
    ),
    { numRuns: 200 },
  );
});
