import fc from 'fast-check';
import type { AudioVariant, Order } from '../../protocol/order.ts';
import * as f from './fields.ts';

const url = fc.webUrl({ withQueryParameters: true, withFragments: true, size: 'small' });

const audio: fc.Arbitrary<AudioVariant> = fc
  .record({
    language: f.language,
    mime: fc.constantFrom('audio/ogg', 'audio/mpeg', 'audio/vnd.wave'),
    durationMs: fc.integer({ min: 1, max: 10_800_000 }),
    size: fc.integer({ min: 1, max: 64 * 1024 * 1024 }),
    sha256: f.sha256,
    urls: fc.array(url, { minLength: 1, maxLength: 4 }),
    chunkHash: fc.option(f.sha256, { nil: undefined }),
  })
  .map(({ chunkHash, ...variant }) => {
    if (chunkHash === undefined) return variant;
    const size = 4 * 1024 * 1024;
    return { ...variant, chunks: { size, sha256: Array(Math.ceil(variant.size / size)).fill(chunkHash) as string[] } };
  });

const variants = <T>(variant: fc.Arbitrary<T>) => fc.array(variant, { minLength: 1, maxLength: 3 });

const item = fc.oneof(
  fc.record({ type: fc.constant('audio' as const), variants: variants(audio) }),
  fc.record({ type: fc.constant('live' as const), variants: variants(fc.record({ language: f.language, url })) }),
  fc.record({
    type: fc.constant('text' as const),
    variants: variants(fc.record({ language: f.language, text: f.text(2_000) })),
  }),
);

const localTime = fc
  .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
  .map((parts) => parts.map((part) => String(part).padStart(2, '0')).join(':'));

const when: fc.Arbitrary<Order['when']> = fc.oneof(
  fc.record({ type: fc.constant('now' as const) }),
  fc.record({
    type: fc.constant('at' as const),
    instants: fc.uniqueArray(f.instant, { minLength: 1, maxLength: 5 }),
  }),
  fc.record(
    {
      type: fc.constant('daily' as const),
      times: fc.uniqueArray(localTime, { minLength: 1, maxLength: 5 }),
      weekdays: fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 7 }),
      from: f.localDate,
      until: f.localDate,
      timeZone: fc.constantFrom('Asia/Ho_Chi_Minh', 'UTC', 'Etc/GMT+7'),
    },
    { requiredKeys: ['type', 'times', 'timeZone'] },
  ),
);

export const order: fc.Arbitrary<Order> = fc
  .record(
    {
      id: f.orderId,
      rev: f.revision,
      type: fc.constantFrom('new' as const, 'update' as const),
      centre: f.identifier,
      span: f.span,
      status: fc.constantFrom('actual' as const, 'exercise' as const, 'test' as const),
      priority: f.priority,
      title: f.text(200),
      basis: fc.record({ number: f.text(100), date: f.localDate, issuer: f.text(200) }),
      to: fc.oneof(
        fc.constant('all' as const),
        fc.record({ stations: f.identifiers(500) }),
        fc.record({ groups: f.identifiers(64) }),
      ),
      zones: f.identifiers(64),
      when,
      lateBy: fc.integer({ min: 0, max: 86_400 }),
      programme: fc.array(item, { minLength: 1, maxLength: 3 }),
      repeat: fc.record({ times: fc.integer({ min: 1, max: 20 }), gap: fc.integer({ min: 0, max: 3_600 }) }),
      chime: fc.boolean(),
      volume: fc.integer({ min: 0, max: 100 }),
      onInterrupt: fc.constantFrom('skip' as const, 'restart' as const, 'resume' as const),
    },
    {
      requiredKeys: [
        'id',
        'rev',
        'type',
        'centre',
        'span',
        'status',
        'priority',
        'title',
        'to',
        'when',
        'lateBy',
        'programme',
        'onInterrupt',
      ],
    },
  )
  .map(({ span: [issuedAt, expiresAt], ...rest }) => ({ ...rest, issuedAt, expiresAt }));
