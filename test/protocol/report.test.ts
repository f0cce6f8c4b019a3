import assert from 'node:assert/strict';
import fc from 'fast-check';
import { test } from 'tap';
import { parseJson } from '../../protocol/json.ts';
import { decodeReport, encodeReport, finalOutcomes, isFinal, outcomes, type Report } from '../../protocol/report.ts';
import { aReport } from '../support/examples.ts';
import { looseReport } from '../support/report-arbitrary.ts';
import { makeSigner } from '../support/signer.ts';

test('a report claims nothing beyond its evidence [P-40]', async (t) => {
  const { signer } = await makeSigner();
  const refused = (report: Report, why: string) =>
    t.rejects(encodeReport(report, signer), { code: 'invalid-fields' }, why);
  const evidence = aReport().evidence;
  assert.ok(evidence?.played && evidence.sounded);
  const zone = { zone: 'thon-1', readback: 'contact' as const, keyed: true as const };

  t.ok(await encodeReport(aReport(), signer));
  const { evidence: _, ...bare } = aReport();
  await refused(bare, 'aired, without any evidence');
  await refused(aReport({ evidence: { ...evidence, zones: [] } }), 'aired, in no zone');
  await refused(aReport({ evidence: { ...evidence, zones: [zone, { ...zone, keyed: false }] } }), 'a zone stayed open');
  await refused(aReport({ evidence: { ...evidence, zones: [{ ...zone, keyed: 'unknown' }] } }), 'a contact unread');
  await refused(aReport({ evidence: { ...evidence, played: { ...evidence.played, ms: 41_999 } } }), 'cut short');
  const { played: __, ...unplayed } = evidence;
  await refused(aReport({ evidence: unplayed }), 'nothing played');
  const { sounded: ___, ...unheard } = evidence;
  await refused(aReport({ evidence: unheard }), 'sounded, without a measurement');
  t.ok(await encodeReport(aReport({ evidence: { ...unheard, grade: 'played' } }), signer));
  const none = { ...zone, readback: 'none' as const, keyed: 'unknown' as const };
  t.ok(await encodeReport(aReport({ evidence: { ...unheard, grade: 'played', zones: [none] } }), signer));
  await refused(aReport({ evidence: { ...unheard, grade: 'keyed', zones: [none] } }), 'keyed, where nothing is keyed');
  const failed = { outcome: 'failed' as const, refusal: { code: 'lease-lost' as const } };
  await refused(aReport({ ...failed, evidence: { ...evidence, zones: [{ ...zone, keyed: false }] } }), 'not keyed');
});

test('whatever is encoded as aired was keyed and played in full', async () => {
  const { signer } = await makeSigner();
  const claims = looseReport.map((report) => ({ ...report, outcome: 'aired' as const }));
  await fc.assert(
    fc.asyncProperty(claims, async (report) => {
      const sent = await encodeReport(report, signer).then(
        () => true,
        () => false,
      );
      const { played, zones = [] } = report.evidence ?? {};
      const whole = played !== undefined && played.ms >= played.ofMs;
      const keyed = zones.length > 0 && zones.every((zone) => zone.keyed !== false);
      if (sent) assert.ok(whole && keyed && report.order !== undefined);
    }),
  );
});

test('a report says why, and of what', async (t) => {
  const { signer } = await makeSigner();
  const { order: _, evidence: __, ...rest } = aReport();
  await t.rejects(encodeReport({ ...rest, outcome: 'failed', refusal: { code: 'lease-lost' } }, signer), {
    code: 'invalid-fields',
  });
  await t.rejects(encodeReport({ ...rest, outcome: 'rejected' }, signer), { code: 'invalid-fields' });
  t.ok(await encodeReport({ ...rest, outcome: 'rejected', refusal: { code: 'bad-signature' } }, signer));
});

test('a newer station is understood: unknown fields are ignored at every level [P-24]', async (t) => {
  const { signer, lookup } = await makeSigner();
  const { CompactSign } = await import('jose');
  const payload = JSON.stringify(aReport(), (_key, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value, newer: 1 } : value,
  );
  const token = await new CompactSign(new TextEncoder().encode(payload))
    .setProtectedHeader({ alg: 'Ed25519', typ: 'loa-report', kid: 'key-1' })
    .sign(signer.key);
  t.ok(parseJson(new TextEncoder().encode(payload)).ok);
  const decoded = await decodeReport(new TextEncoder().encode(token), lookup);
  t.ok(decoded.ok);
  if (decoded.ok) t.same(decoded.value.value, aReport());
});

test('final outcomes', async (t) => {
  t.same(outcomes.filter(isFinal), [...finalOutcomes]);
  t.notOk(isFinal('airing'));
});
