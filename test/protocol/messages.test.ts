import assert from 'node:assert/strict';
import fc from 'fast-check';
import { test } from 'tap';
import { parseJson } from '../../protocol/json.ts';
import { kinds, mutate, mutations } from '../support/messages.ts';
import { makeSigner } from '../support/signer.ts';

const encoder = new TextEncoder();

for (const kind of kinds) {
  test(kind.name, async (t) => {
    const { signer, lookup } = await makeSigner();

    await t.test('decodes to what was encoded', async () => {
      await fc.assert(
        fc.asyncProperty(kind.values, async (value) => {
          const decoded = await kind.decode(await kind.encode(value, signer), lookup);
          if (!decoded.ok) throw decoded.refusal;
          assert.deepEqual(decoded.value, value);
        }),
        { numRuns: 60 },
      );
    });

    await t.test('random bytes and random JSON are refused, never thrown [P-21]', async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.oneof(
            fc.uint8Array({ maxLength: 500 }),
            fc.json().map((j) => encoder.encode(j)),
          ),
          async (bytes) => {
            const decoded = await kind.decode(bytes, lookup);
            assert.equal(decoded.ok, false);
          },
        ),
        { numRuns: 100 },
      );
    });

    await t.test('a damaged message never throws, and a damaged signed one never opens', async () => {
      await fc.assert(
        fc.asyncProperty(kind.values, mutations, async (value, changes) => {
          const bytes = await kind.encode(value, signer);
          const damaged = mutate(bytes, changes);
          const decoded = await kind.decode(damaged, lookup);
          // Open it may only where the damage undid itself.
          if (kind.signed && decoded.ok) assert.deepEqual(damaged, bytes);
        }),
        { numRuns: 60 },
      );
    });

    if (kind.signed) return;
    await t.test('a reader of upward messages ignores what it does not know [P-24]', async (t) => {
      const [value] = fc.sample(kind.values, 1);
      const parsed = parseJson(await kind.encode(value, signer));
      const extended = { ...(parsed.ok ? (parsed.value as object) : {}), fromTheFuture: { a: [1] } };
      const decoded = await kind.decode(encoder.encode(JSON.stringify(extended)), lookup);
      t.ok(decoded.ok);
      if (decoded.ok) t.strictSame(decoded.value, value);
    });
  });
}
