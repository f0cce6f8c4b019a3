import { once } from 'node:events';
import { ReadlineParser } from '@serialport/parser-readline';
import mqtt from 'mqtt';
import { SerialPort } from 'serialport';
import { filters, topics } from '../../protocol/topics.ts';
import { CENTRE } from './centre-name.ts';

/**
 * The floor of any station on Node with these libraries, as a process of its own: a message comes, 20 bytes go to the
 * line, 20 come back. Arguments: broker URL, serial device, client id. Tells its parent the instants of each round.
 */
export interface BareRound {
  /** Milliseconds of the machine's monotonic clock, which all processes share. */
  readonly arrivedAt: number;
  readonly answeredAt: number;
}

const [, , url = '', path = '', clientId = ''] = process.argv;
const now = (): number => Number(process.hrtime.bigint()) / 1e6;

const port = new SerialPort({ path, baudRate: 115_200 });
const lines = port.pipe(new ReadlineParser({ delimiter: '\n', encoding: 'latin1' }));
await once(port, 'open');
const client = await mqtt.connectAsync(url, { clientId, clean: true, protocolVersion: 4 });
client.on('message', (topic) => {
  if (topic !== topics.to(CENTRE, clientId, 'order')) return;
  const arrivedAt = now();
  lines.once('data', () => process.send?.({ arrivedAt, answeredAt: now() } satisfies BareRound));
  port.write('>1,ON,1,3000*ABCDE\r\n', 'latin1');
});
await client.subscribeAsync([...filters.station(CENTRE, clientId)], { qos: 1 });
process.on('disconnect', () => process.exit());
process.send?.('ready');
