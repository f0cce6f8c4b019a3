import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { connect, type TLSSocket } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { generate } from 'mqtt-packet';
import * as v from 'valibot';
import { initKeys, loadAuthority } from '../../broker/keys/key-store.ts';
import { Mosquitto, noMosquitto } from '../support/mosquitto.ts';
import { issuePapers, type Papers } from '../support/papers.ts';
import { CENTRE } from './centre-name.ts';
import { Figures } from './figures.ts';
import { residentMB } from './memory.ts';
import { type Ratio, ratio } from './summary.ts';

const STORMS = [1_000, 5_000];
const PING_EVERY_MS = 20;
/** A storm that is not over by then is left, and said to be so. */
const LONGEST_MS = 120_000;
/** Sockets besides those of the stations. */
const OTHER_FILES = 200;

const listening = v.object({ url: v.string() });
const stalled = v.object({ stallMs: v.number(), turnedAway: v.number() });
const came = v.object({ tookMs: v.array(v.number()), attempts: v.number() });

/** A broker under a storm. */
interface Target {
  readonly name: string;
  readonly url: string;
  readonly pid: number | undefined;
  /** Forgets the stalls so far. */
  calm(): void;
  /** The longest time for which its event loop stood still; undefined where it has none to be looked at. */
  stallMs(): Promise<number | undefined>;
  close(): Promise<void>;
}

interface Ground {
  readonly data: string;
  readonly ca: string;
  readonly prober: Papers;
  readonly figures: Figures;
}

export interface StormResults {
  readonly figures: Figures;
  readonly ratios: readonly Ratio[];
  readonly cutShort: boolean;
}

/**
 * Stations that all come at once, with certificates of their own: to the centre's broker with and without its admission
 * control, and to Mosquitto, one after the other, with the same certificates. Throws when too few files may be open.
 */
export async function measureStorms(minutes: number, say: (line: string) => void): Promise<StormResults> {
  await checkOpenFiles(Math.max(...STORMS) + OTHER_FILES);
  const end = performance.now() + minutes * 60_000;
  const data = await mkdtemp(join(tmpdir(), 'loa-storm-'));
  const figures = new Figures();
  let cutShort = false;
  try {
    await initKeys(data, CENTRE);
    const authority = await loadAuthority(data);
    const prober = await issuePapers(authority, 'prober');
    const ground: Ground = { data, ca: authority.certificate, prober, figures };
    const issuing = performance.now();
    const papers: [string, Papers][] = [];
    for (let n = 0; n < Math.max(...STORMS); n++) {
      papers.push([`station-${n}`, await issuePapers(authority, `station-${n}`)]);
    }
    say(`${papers.length} certificates in ${Math.round((performance.now() - issuing) / 1_000)} s`);
    for (const count of STORMS) {
      const file = join(data, `papers-${count}.json`);
      await writeFile(file, JSON.stringify(Object.fromEntries(papers.slice(0, count))));
      for (const target of [admitted, open, ...(noMosquitto === false ? [mosquitto] : [])]) {
        if (performance.now() > end) cutShort = true;
        else if (!(await storm(await target(ground), count, file, ground, say))) cutShort = true;
      }
    }
  } finally {
    await rm(data, { recursive: true, force: true });
  }
  const names = new Set(figures.all().map(({ name }) => name));
  const compared = STORMS.flatMap((count) => [
    [`${count}: all online, admission`, `${count}: all online, Mosquitto`],
    [`${count}: all online, no admission`, `${count}: all online, Mosquitto`],
    [`${count}: longest ping, admission`, `${count}: longest ping, no admission`],
    [`${count}: longest ping, admission`, `${count}: longest ping, Mosquitto`],
  ]);
  const ratios = compared.flatMap(([of = '', to = '']) =>
    names.has(of) && names.has(to) ? [ratio(figures, of, to)] : [],
  );
  return { figures, ratios, cutShort };
}

/** False when it was not over in time. */
async function storm(
  target: Target,
  count: number,
  file: string,
  { data, ca, prober, figures }: Ground,
  say: (line: string) => void,
): Promise<boolean> {
  const stations = fork(program('storm-stations.js'), [target.url, file, join(data, 'keys', 'authority.crt')]);
  try {
    await once(stations, 'message');
    const ping = await startPinging(target.url, { ca, prober });
    await delay(500);
    const before = await residentMB(target.pid);
    target.calm();
    ping.forget();
    stations.send('go');
    const over = AbortSignal.timeout(LONGEST_MS);
    const told = await once(stations, 'message', { signal: over }).catch(() => undefined);
    const longestPing = ping.stop();
    if (told === undefined) {
      say(`${count} stations, ${target.name}: not all online after ${LONGEST_MS / 1_000} s`);
      return false;
    }
    const { tookMs, attempts } = v.parse(came, told[0]);
    const sorted = tookMs.toSorted((one, other) => one - other);
    figures.add(`${count}: all online, ${target.name}`, 'ms', sorted.at(-1) ?? Number.NaN);
    figures.add(`${count}: half online, ${target.name}`, 'ms', sorted[Math.floor(sorted.length / 2)] ?? Number.NaN);
    figures.add(`${count}: longest ping, ${target.name}`, 'ms', longestPing);
    const stallMs = await target.stallMs();
    if (stallMs !== undefined) figures.add(`${count}: longest stall, ${target.name}`, 'ms', stallMs);
    const kilobytes = ((await residentMB(target.pid)) - before) * 1_024;
    figures.add(`${count}: per connection, ${target.name}`, 'KiB', kilobytes / count);
    const last = ((sorted.at(-1) ?? Number.NaN) / 1_000).toFixed(1);
    say(`${count} stations, ${target.name}: all online after ${last} s, ${attempts} attempts`);
    return true;
  } finally {
    const gone = once(stations, 'exit');
    stations.kill('SIGKILL');
    await gone;
    await target.close();
  }
}

const admitted = (ground: Ground): Promise<Target> => ours('admission', ground);
const open = (ground: Ground): Promise<Target> => ours('no admission', ground);

async function ours(name: 'admission' | 'no admission', { data }: Ground): Promise<Target> {
  const child = fork(program('storm-broker.js'), [data, name === 'admission' ? 'admitted' : 'open']);
  const [said] = await once(child, 'message');
  return {
    name,
    url: v.parse(listening, said).url,
    pid: child.pid,
    calm: () => void child.send('calm'),
    async stallMs() {
      child.send('stall');
      return v.parse(stalled, (await once(child, 'message'))[0]).stallMs;
    },
    close: () => ended(child),
  };
}

async function mosquitto({ data, ca, prober }: Ground): Promise<Target> {
  const authority = await loadAuthority(data);
  const { certificate: cert, key } = await authority.issueServer(['127.0.0.1']);
  const broker = await Mosquitto.start({ tls: { ca, cert, key } });
  const writer = await tlsClient(broker.url, { ca, prober });
  for (const [channel, bytes] of [
    ['host', 60],
    ['keys', 600],
    ['index', 600],
  ] as const) {
    const topic = `loa/1/${CENTRE}/all/${channel}`;
    writer.write(
      generate({ cmd: 'publish', topic, payload: Buffer.alloc(bytes, 'x'), qos: 0, retain: true, dup: false }),
    );
  }
  writer.end();
  return {
    name: 'Mosquitto',
    url: broker.url,
    pid: broker.pid,
    calm: () => {},
    stallMs: async () => undefined,
    close: () => broker.close(),
  };
}

/** A station that is online already: how long it waits for an answer. */
async function startPinging(url: string, papers: Pick<Ground, 'ca' | 'prober'>) {
  const socket = await tlsClient(url, papers);
  let asked: number | undefined;
  let longest = 0;
  socket.on('data', () => {
    if (asked !== undefined) longest = Math.max(longest, performance.now() - asked);
    asked = undefined;
  });
  const timer = setInterval(() => {
    if (asked !== undefined) return;
    asked = performance.now();
    socket.write(generate({ cmd: 'pingreq' }));
  }, PING_EVERY_MS);
  return {
    forget: () => {
      longest = 0;
    },
    stop: () => {
      clearInterval(timer);
      if (asked !== undefined) longest = Math.max(longest, performance.now() - asked);
      socket.destroy();
      return longest;
    },
  };
}

async function tlsClient(url: string, { ca, prober }: Pick<Ground, 'ca' | 'prober'>): Promise<TLSSocket> {
  const { hostname: host, port } = new URL(url);
  const socket = connect({ host, port: Number(port), ca, ...prober });
  await once(socket, 'secureConnect');
  socket.on('error', () => {});
  socket.write(generate({ cmd: 'connect', clientId: 'prober', clean: true, protocolVersion: 4, keepalive: 0 }));
  await once(socket, 'data');
  return socket;
}

async function ended(child: ChildProcess): Promise<void> {
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}

async function checkOpenFiles(needed: number): Promise<void> {
  const limits = await readFile('/proc/self/limits', 'utf8').catch(() => '');
  const [, soft] = /^Max open files\s+(\d+)/m.exec(limits) ?? [];
  if (soft !== undefined && Number(soft) < needed) {
    throw new Error(`this needs ${needed} open files and may have ${soft}: ulimit -n ${needed}`);
  }
}

const program = (file: string): string => fileURLToPath(new URL(file, import.meta.url));
