import { readdir, realpath } from 'node:fs/promises';
import { join } from 'node:path';

const BY_ID = '/dev/serial/by-id';
/** Where Linux has serial devices that a controller may hang on. */
const DEVICE = /^tty(USB|ACM|AMA|S|XRUSB)\d+$/;

/**
 * The serial devices of this board. Those that have a name of their own make, which stays the same in whatever order and
 * socket they are plugged in, under that name, and first.
 */
export async function serialPorts(): Promise<readonly string[]> {
  const named = await namedPorts();
  return [...named.map(({ name }) => name), ...(await listedPorts(new Set(named.map(({ device }) => device))))];
}

async function namedPorts(): Promise<readonly { readonly name: string; readonly device: string }[]> {
  const names = await readdir(BY_ID).catch(() => []);
  return Promise.all(
    names.sort().map(async (each) => {
      const name = join(BY_ID, each);
      return { name, device: await realpath(name).catch(() => name) };
    }),
  );
}

/** serialport asks udev, which not every system has; the device files are there all the same. */
async function listedPorts(known: ReadonlySet<string>): Promise<readonly string[]> {
  const { SerialPort } = await import('serialport');
  const paths = await SerialPort.list().then(
    (ports) => ports.map(({ path }) => path),
    async () => (await readdir('/dev')).filter((name) => DEVICE.test(name)).map((name) => `/dev/${name}`),
  );
  return paths.filter((path) => !known.has(path)).sort();
}
