import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Log, silentLog } from '../../agent/entry.ts';
import { type Controller, startController } from '../controller/controller.ts';
import { startLoudspeaker, type VirtualLoudspeaker } from '../loudspeaker/loudspeaker.ts';
import { type AgentProcess, prepareAgent } from './agent-process.ts';
import { configurationFile, type StationIdentity, type VirtualZone } from './configuration-file.ts';

export interface VirtualStationOptions {
  /** Everything that stays: `agent.toml`, `agent.log`, `state/`, `heard/<zone>.wav`, `timeline.jsonl`. */
  readonly directory: string;
  readonly centre: string;
  /** The centre's root public key, 32 bytes in base64url. */
  readonly root: string;
  readonly brokerUrl: string;
  /** What an enrolment into `directory`/state gave; absent for plain MQTT. */
  readonly identity?: StationIdentity | undefined;
  readonly station: string;
  readonly name: string;
  /** Wired to the relays in this order. */
  readonly zones: readonly VirtualZone[];
  readonly groups?: readonly string[];
  readonly languages?: readonly string[];
  /** How the agent reaches the controller: a serial line (a pty by socat), or TCP. */
  readonly transport: 'pty' | 'tcp';
  /** `none`: the caller runs an agent of its own on `configuration`. */
  readonly agent: 'process' | 'none';
  readonly onAgentLine?: (line: string) => void;
  /** Another program than the agent's own, and what is added to its environment. */
  readonly program?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly log?: Log;
}

export interface VirtualStation {
  readonly station: string;
  readonly directory: string;
  /** Path of the agent's TOML. */
  readonly configuration: string;
  readonly controller: Controller;
  readonly loudspeaker: VirtualLoudspeaker;
  /** Runs from the start with `agent: 'process'`; can be killed and started again. */
  readonly agent: AgentProcess;
  /** Ends the agent, then the hardware; removes what was temporary. Never rejects for a part that has gone already. */
  close(): Promise<void>;
}

/** One station with virtual hardware; with `agent: 'process'` it is coming online when this resolves. */
export async function startVirtualStation(options: VirtualStationOptions): Promise<VirtualStation> {
  const log = options.log ?? silentLog;
  const directory = resolve(options.directory);
  const zones = options.zones.map((zone) => zone.id);
  const undo: (() => Promise<void>)[] = [];
  const close = async (): Promise<void> => {
    for (let step = undo.pop(); step; step = undo.pop()) await step();
  };

  try {
    await mkdir(directory, { recursive: true });
    // Sockets and ptys need short paths, wherever the caller keeps the results.
    const runtime = await mkdtemp(join(tmpdir(), 'loa-station-'));
    undo.push(() => rm(runtime, { recursive: true, force: true }));
    const loudspeaker = await startLoudspeaker({ directory, runtime, zones });
    undo.push(() => loudspeaker.close());
    const transport = options.transport === 'pty' ? { pty: join(runtime, 'controller') } : { tcp: 0 };
    const controller = await startController({ zones: zones.length, transport, loudspeaker, log });
    undo.push(() => controller.close());

    const configuration = join(directory, 'agent.toml');
    const { centre, root, brokerUrl, identity, station, name, groups = [], languages = ['vi'] } = options;
    const text = configurationFile({
      ...{ centre, root, brokerUrl, identity, station, name, groups, languages, zones: options.zones },
      state: join(directory, 'state'),
      line: controller.line,
      player: loudspeaker.player.path,
    });
    await writeFile(configuration, text);
    const agent = prepareAgent({
      name: `loa-agent ${station}`,
      configuration,
      log: join(directory, 'agent.log'),
      onLine: options.onAgentLine,
      program: options.program,
      environment: options.environment,
    });
    undo.push(() => agent.stop());
    if (options.agent === 'process') agent.start();
    return { station, directory, configuration, controller, loudspeaker, agent, close };
  } catch (error) {
    await close();
    throw error;
  }
}
