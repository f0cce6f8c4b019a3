import { monitorEventLoopDelay } from 'node:perf_hooks';
import { ServerIdentity } from '../../broker/authority/server-identity.ts';
import { loadAuthority } from '../../broker/keys/key-store.ts';
import { silentLog } from '../../broker/log.ts';
import { makeEmbeddedBroker } from '../../broker/mqtt/embedded-broker.ts';
import { CENTRE } from './centre-name.ts';

/** Forked: the centre's own broker with TLS. Says its URL; asked 'calm', forgets its stalls; asked 'stall', says the longest. */
const [, , data = '', how = ''] = process.argv;
const identity = await ServerIdentity.issue(await loadAuthority(data), []);
const broker = await makeEmbeddedBroker({
  ...{ centre: CENTRE, host: '127.0.0.1', port: 0, identity, log: silentLog },
  ...(how === 'open' && { admission: { take: () => true } }),
});
const delays = monitorEventLoopDelay({ resolution: 2 });
delays.enable();
process.on('message', (asked) => {
  if (asked === 'calm') delays.reset();
  else process.send?.({ stallMs: delays.max / 1e6, turnedAway: broker.refused.turnedAway });
});
for (const [topic, bytes] of [
  [`loa/1/${CENTRE}/all/host`, 60],
  [`loa/1/${CENTRE}/all/keys`, 600],
  [`loa/1/${CENTRE}/all/index`, 600],
] as const) {
  const packet = {
    cmd: 'publish',
    topic,
    payload: Buffer.alloc(bytes, 'x'),
    qos: 1,
    retain: true,
    dup: false,
  } as const;
  await new Promise<void>((resolve, reject) =>
    broker.aedes.publish(packet, (error) => (error ? reject(error) : resolve())),
  );
}
process.send?.({ url: await broker.listen() });
