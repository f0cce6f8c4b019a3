import { readdir, readFile, statfs } from 'node:fs/promises';
import os from 'node:os';
import type { Health } from '../../protocol/health.ts';
import type { Journal } from '../book/journal.ts';
import type { StationClock } from '../clock/station-clock.ts';
import type { Cache } from '../fetch/cache.ts';
import type { Hardware } from '../hardware/ports.ts';
import type { Link } from '../link/link.ts';

export interface MeasureOptions {
  readonly stateDirectory: string;
  readonly journal: Journal;
  readonly cache: Cache;
  readonly hardware: Hardware;
  readonly link: Pick<Link, 'connections' | 'upSeconds'>;
  readonly stationClock: StationClock;
}

/** The device's condition now. What cannot be measured is left out; never rejects for that. */
export async function measureHealth(options: MeasureOptions): Promise<Health> {
  const { stateDirectory, journal, cache, hardware, link, stationClock } = options;
  const [temperatureC, availableBytes, disk, controller] = await Promise.all([
    cpuTemperature(),
    memoryAvailable(),
    diskOf(stateDirectory),
    hardware.readings().catch(() => undefined),
  ]);
  const line = hardware.lineHealth();
  return {
    at: stationClock.instant(),
    uptimeSeconds: Math.round(os.uptime()),
    clock: stationClock.trusted ? 'trusted' : 'untrusted',
    cpu: {
      ...(temperatureC !== undefined && { temperatureC }),
      load1: os.loadavg()[0] ?? 0,
      cores: os.availableParallelism(),
    },
    memory: { totalBytes: os.totalmem(), availableBytes, residentBytes: process.memoryUsage.rss() },
    ...(disk && { disk }),
    link: { connections: link.connections, upSeconds: link.upSeconds },
    ...(line && { line: { ...line } }),
    ...(controller && { controller: { ...controller, zones: controller.zones.map((zone) => ({ ...zone })) } }),
    journal: { orders: journal.orders.size, airings: journal.airings.size, reports: journal.backlog },
    cache: {
      files: cache.files,
      bytes: cache.bytes,
      limitBytes: cache.limitBytes,
      used: Math.min(1, cache.bytes / cache.limitBytes),
    },
  };
}

/** The hottest of the kernel's thermal zones, in °C (Documentation/ABI/testing/sysfs-class-thermal: millidegrees). */
async function cpuTemperature(): Promise<number | undefined> {
  const folder = '/sys/class/thermal';
  const zones = (await readdir(folder).catch(() => [])).filter((name) => name.startsWith('thermal_zone'));
  const readings = await Promise.all(
    zones.map((zone) => readFile(`${folder}/${zone}/temp`, 'utf8').then(Number, () => Number.NaN)),
  );
  const valid = readings.filter((reading) => Number.isFinite(reading) && reading > 0);
  return valid.length === 0 ? undefined : Math.max(...valid) / 1_000;
}

/** MemAvailable counts what the kernel would give up; os.freemem() does not. */
async function memoryAvailable(): Promise<number> {
  const info = await readFile('/proc/meminfo', 'utf8').catch(() => '');
  const kilobytes = /^MemAvailable:\s+(\d+) kB$/m.exec(info)?.[1];
  return kilobytes === undefined ? os.freemem() : Number(kilobytes) * 1_024;
}

async function diskOf(path: string): Promise<{ totalBytes: number; freeBytes: number } | undefined> {
  try {
    const { blocks, bavail, bsize } = await statfs(path);
    return { totalBytes: blocks * bsize, freeBytes: bavail * bsize };
  } catch {
    return undefined;
  }
}
