import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, createServer } from 'node:tls';
import { createFrameSplitter, publishPacket } from '../link/frames.ts';
import { createPipe, type Pipe } from '../link/pipe.ts';
import type { Papers } from './stolen-papers.ts';

/** Sits between a station and its broker, believed by both, and reads and writes what passes. */
export interface Intruder {
  /** What the station connects to, like `mqtts://127.0.0.1:port`. */
  readonly url: string;
  /** Puts a PUBLISH (QoS 0) between two packets towards the station. Says to how many connections. */
  publish(topic: string, payload: Uint8Array): number;
  close(): Promise<void>;
}

export interface IntruderOptions {
  /** `mqtts://host:port` */
  readonly broker: string;
  /** What it shows to the station, and to the broker. */
  readonly papers: Papers;
}

export async function startIntruder({ broker, papers }: IntruderOptions): Promise<Intruder> {
  const { hostname: host, port } = new URL(broker);
  const towardsStations = new Set<Pipe>();
  const opened = new Set<{ destroy(): unknown }>();
  const server = createServer({ ...papers.server, minVersion: 'TLSv1.3' }, (station) => {
    const centre = connect({ host, port: Number(port), ca: papers.authority, ...papers.client });
    const frames = createFrameSplitter();
    createPipe({ from: station, to: centre, delayMs: () => 0, split: (chunk) => [chunk] });
    const down = createPipe({
      ...{ from: centre, to: station, delayMs: () => 0 },
      split: (chunk) => frames.split(chunk),
      mayInject: () => frames.betweenPackets,
    });
    towardsStations.add(down);
    for (const [one, other] of [
      [station, centre],
      [centre, station],
    ] as const) {
      opened.add(one);
      one.on('error', () => other.destroy());
      one.on('close', () => {
        other.destroy();
        opened.delete(one);
        towardsStations.delete(down);
      });
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `mqtts://127.0.0.1:${(server.address() as AddressInfo).port}`,
    publish(topic, payload) {
      const packet = publishPacket(topic, payload);
      for (const down of towardsStations) down.inject(packet);
      return towardsStations.size;
    },
    async close() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of opened) socket.destroy();
      await closed;
    },
  };
}
