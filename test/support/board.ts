import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { Test } from 'tap';
import type { AcceptanceRecord, Finding, PointName, ZoneResult } from '../../agent/provision/record.ts';
import { startVirtualStation, type VirtualStation } from '../../simulator/station/station.ts';

const program = fileURLToPath(new URL('../../agent/main.js', import.meta.url));
export const boardZones = ['thon-1', 'thon-2', 'thon-3'].map((id, at) => ({ id, name: `Thôn ${at + 1}` }));

export interface Provisioned {
  /** Null when it was killed. */
  readonly code: number | null;
  readonly record: AcceptanceRecord;
  readonly stderr: string;
}

/** An empty board in a cabinet of virtual hardware: nothing is enrolled, nothing configured, nothing runs. */
export class Board {
  readonly station: VirtualStation;
  readonly folder: string;
  /** The latest set-up. */
  process: ChildProcess | undefined;

  private constructor(station: VirtualStation) {
    this.station = station;
    this.folder = join(station.directory, 'board');
  }

  /** Ends with the test. */
  static async inCabinet(t: Test, station = 'dai-dong'): Promise<Board> {
    const directory = await mkdtemp(join(tmpdir(), 'loa-board-'));
    const cabinet = await startVirtualStation({
      ...{ directory, centre: 'vinh-phuc', root: '', brokerUrl: 'mqtt://127.0.0.1:1', station, name: station },
      zones: boardZones,
      transport: 'pty',
      agent: 'none',
    });
    t.teardown(async () => {
      await cabinet.close();
      await rm(directory, { recursive: true, force: true });
    });
    return new Board(cabinet);
  }

  get config(): string {
    return join(this.folder, 'agent.toml');
  }

  get state(): string {
    return join(this.folder, 'state');
  }

  /** How often each relay has closed so far. */
  get closings(): readonly number[] {
    const { timeline } = this.station.controller;
    return boardZones.map(
      (_, at) => timeline.filter((entry) => entry.what === 'relay' && entry.relay === at + 1 && entry.closed).length,
    );
  }

  get allOpen(): boolean {
    return this.station.controller.state().closed.every((closed) => !closed);
  }

  /** Runs `loa-agent provision --json` with the flags that say where everything is, and these, to its end. */
  async provision(...flags: readonly string[]): Promise<Provisioned> {
    return this.run([...this.places, '--line', this.station.controller.line, ...flags]);
  }

  get places(): readonly string[] {
    return [
      ...['--config', this.config, '--state', this.state, '--record', join(this.folder, 'records')],
      ...['--player', this.station.loudspeaker.player.path, '--by', 'Nguyễn Văn A'],
    ];
  }

  async run(flags: readonly string[], as: { readonly uid?: number; readonly gid?: number } = {}): Promise<Provisioned> {
    const child = spawn(process.execPath, [program, 'provision', '--json', ...flags], as);
    this.process = child;
    child.stdin.end();
    const closed = once(child, 'close');
    const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
    const [code] = (await closed) as [number | null];
    const record = (stdout.startsWith('{') ? JSON.parse(stdout) : { points: [] }) as AcceptanceRecord;
    return { code, record, stderr };
  }
}

export const findingOf = ({ points }: AcceptanceRecord, name: PointName): Finding | undefined =>
  points.find(({ point }) => point === name)?.finding;

export const zonesOf = ({ points }: AcceptanceRecord): readonly ZoneResult[] =>
  points.flatMap(({ finding }) => (finding.code === 'zone' ? [finding.result] : []));
