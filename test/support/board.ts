import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { AcceptanceRecord } from '../../agent/provision/record.ts';
import type { VirtualStation } from '../../simulator/station/station.ts';
import type { Story } from './story.ts';

const program = fileURLToPath(new URL('../../agent/main.js', import.meta.url));

export interface Provisioned {
  readonly code: number | null;
  readonly record: AcceptanceRecord;
  readonly stdout: string;
  readonly stderr: string;
}

/** An empty board in a cabinet of virtual hardware: nothing is enrolled, nothing configured, nothing runs. */
export class Board {
  readonly station: VirtualStation;
  readonly story: Story;
  readonly folder: string;

  private constructor(story: Story, station: VirtualStation) {
    this.story = story;
    this.station = station;
    this.folder = join(station.directory, 'board');
  }

  static async inCabinet(story: Story, station: string): Promise<Board> {
    return new Board(story, await story.cabinet(station));
  }

  get config(): string {
    return join(this.folder, 'agent.toml');
  }

  get state(): string {
    return join(this.folder, 'state');
  }

  /** A code for this station, with three zones. */
  async code(): Promise<string> {
    const zones = ['thon-1', 'thon-2', 'thon-3'].map((id, at) => ({ id, name: `Thôn ${at + 1}`, tags: ['village'] }));
    const plan = { station: this.station.station, name: 'Đài Đại Đồng', zones };
    const { codes } = (await this.story.post('/api/stations', { stations: [plan] })) as { codes: { code: string }[] };
    return codes[0]?.code ?? '';
  }

  /** The flags that say where everything is in this test. */
  get places(): readonly string[] {
    return [
      ...['--config', this.config, '--state', this.state, '--record', join(this.folder, 'records')],
      ...['--player', this.station.loudspeaker.player.path, '--line', this.station.controller.line],
    ];
  }

  /** Runs `loa-agent provision --json` to its end. */
  async provision(...flags: readonly string[]): Promise<Provisioned> {
    const child = spawn(process.execPath, [program, 'provision', '--json', ...this.places, ...flags]);
    child.stdin.end();
    const closed = once(child, 'close');
    const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
    const [code] = (await closed) as [number | null];
    const record = (stdout.startsWith('{') ? JSON.parse(stdout) : { points: [] }) as AcceptanceRecord;
    return { code, record, stdout, stderr };
  }
}
