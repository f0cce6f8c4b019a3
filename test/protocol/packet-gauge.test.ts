import fc from 'fast-check';
import { generate } from 'mqtt-packet';
import { test } from 'tap';
import { PacketGauge } from '../../protocol/packet-gauge.ts';

const limit = 1_000;
const packet = (size: number) =>
  generate({ cmd: 'publish', topic: 't', payload: Buffer.alloc(size), qos: 0, dup: false, retain: false });
const pieces = (stream: Buffer, cuts: readonly number[]) => {
  const at = [0, ...cuts.map((cut) => cut % (stream.length + 1)).sort((a, b) => a - b), stream.length];
  return at.slice(1).map((end, index) => stream.subarray(at[index], end));
};

test('lets every packet up to the limit pass, however the stream is cut', (t) => {
  fc.assert(
    fc.property(fc.array(fc.nat(limit - 3), { maxLength: 8 }), fc.array(fc.nat()), (sizes, cuts) => {
      const gauge = new PacketGauge(limit);
      const stream = Buffer.concat(sizes.map(packet));
      return pieces(stream, cuts).every((piece) => gauge.accepts(piece)) && gauge.packets === sizes.length;
    }),
  );
  t.end();
});

test('stops at the header of a packet above the limit, wherever it stands', (t) => {
  fc.assert(
    fc.property(fc.array(fc.nat(limit - 3), { maxLength: 4 }), fc.nat(100_000), (sizes, excess) => {
      const gauge = new PacketGauge(limit);
      const header = packet(limit - 2 + excess).subarray(0, 4);
      return gauge.accepts(Buffer.concat(sizes.map(packet))) && !gauge.accepts(header);
    }),
  );
  t.end();
});

test('refuses a length that does not end', (t) => {
  t.notOk(new PacketGauge(limit).accepts(Buffer.from([0x30, 0x80, 0x80, 0x80, 0x80, 0x01])));
  t.end();
});
