import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { topics } from '../../protocol/topics.ts';
import { PtyWire } from '../../simulator/controller/pty-wire.ts';
import type { BareRound } from './bare-station.ts';
import type { BenchCentre } from './centre.ts';
import { CENTRE } from './centre-name.ts';

const STATION = 'bare';

/** The bare station and the least controller: a pty that says back what it hears. */
export class Bare {
  readonly #centre: BenchCentre;
  readonly #wire: PtyWire;
  readonly #child: ChildProcess;

  private constructor(centre: BenchCentre, wire: PtyWire, child: ChildProcess) {
    this.#centre = centre;
    this.#wire = wire;
    this.#child = child;
  }

  static async start(centre: BenchCentre, pty: string): Promise<Bare> {
    const wire: PtyWire = new PtyWire(pty, (bytes) => wire.send(bytes));
    await wire.plug();
    const program = fileURLToPath(new URL('bare-station.js', import.meta.url));
    const child = fork(program, [centre.url, pty, STATION]);
    const [said] = (await once(child, 'message')) as [unknown];
    if (said !== 'ready') throw new Error('the bare station did not start');
    return new Bare(centre, wire, child);
  }

  /** One message of these bytes and one round trip on the line; milliseconds. */
  async round(payload: Uint8Array): Promise<{ readonly echoMs: number; readonly serialMs: number }> {
    const answer = once(this.#child, 'message') as Promise<[BareRound]>;
    const sentAt = Number(process.hrtime.bigint()) / 1e6;
    await this.#centre.publish(topics.to(CENTRE, STATION, 'order'), payload);
    const [{ arrivedAt, answeredAt }] = await answer;
    return { echoMs: arrivedAt - sentAt, serialMs: answeredAt - arrivedAt };
  }

  async close(): Promise<void> {
    const gone = once(this.#child, 'exit');
    this.#child.disconnect();
    await gone;
    await this.#wire.unplug();
  }
}
