import { readFileSync } from 'node:fs';
import { connect } from 'node:tls';
import { generate } from 'mqtt-packet';
import { filters } from '../../protocol/topics.ts';
import type { Papers } from '../support/papers.ts';
import { CENTRE } from './centre-name.ts';

/** As a station waits [agent/link/link.ts]: doubling, anywhere between nothing and that. */
const FIRST_BACKOFF_MS = 1_000;
const LAST_BACKOFF_MS = 60_000;
/** A station gives up after 10 s. Here thousands share one processor, and that is not what is to be measured. */
const CONNECT_TIMEOUT_MS = 60_000;

/** Forked: stations that do nothing but come online, all at once. Says how long each took when the last one is. */
const [, , url = '', papersFile = '', ca = ''] = process.argv;
const { hostname: host, port } = new URL(url);
const papers = JSON.parse(readFileSync(papersFile, 'utf8')) as Record<string, Papers>;
const authority = readFileSync(ca, 'utf8');
const stations = Object.entries(papers);
const tookMs: number[] = [];
let attempts = 0;
let began = 0;

function come(id: string, { cert, key }: Papers, attempt: number): void {
  attempts++;
  const socket = connect({ host, port: Number(port), ca: authority, cert, key, minVersion: 'TLSv1.3' });
  let online = false;
  const late = setTimeout(() => socket.destroy(), CONNECT_TIMEOUT_MS);
  socket.on('error', () => {});
  socket.once('secureConnect', () => {
    socket.write(generate({ cmd: 'connect', clientId: id, clean: true, protocolVersion: 4, keepalive: 0 }));
  });
  socket.on('data', (chunk: Buffer) => {
    // CONNACK comes alone; SUBACK comes first of what follows, or the retained messages do.
    if (chunk[0] === 0x20) {
      const subscriptions = filters.station(CENTRE, id).map((topic) => ({ topic, qos: 1 as const }));
      socket.write(generate({ cmd: 'subscribe', messageId: 1, subscriptions }));
    } else if (!online) {
      online = true;
      clearTimeout(late);
      tookMs.push(performance.now() - began);
      if (tookMs.length === stations.length) process.send?.({ tookMs, attempts });
    }
  });
  socket.once('close', () => {
    clearTimeout(late);
    if (online) return;
    const wait = Math.random() * Math.min(LAST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** attempt);
    setTimeout(() => come(id, { cert, key }, attempt + 1), wait);
  });
}

process.once('message', () => {
  began = performance.now();
  for (const [id, own] of stations) come(id, own, 0);
});
process.on('disconnect', () => process.exit());
process.send?.('ready');
