import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Test, test } from 'tap';
import { type Child, startChild } from '../../simulator/process/child.ts';
import { Trouble } from '../support/trouble.ts';
import { until } from '../support/until.ts';

/** Perl is on every Debian. Files that come along are closed at once, as systemd does for a barrier. */
const HEAR = `use Socket; $| = 1;
socket(my $s, AF_UNIX, SOCK_DGRAM, 0); bind($s, sockaddr_un($ARGV[0])) or die $!; print "listening\\n";
while (1) { recv($s, my $said, 4096, 0); print "$_\\n" for split /\\n/, $said }`;

/** A datagram socket in systemd's place, and what it was told. */
async function serviceManager(t: Test): Promise<{ readonly socket: string; readonly said: readonly string[] }> {
  const folder = await mkdtemp(join(tmpdir(), 'loa-notify-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  const socket = join(folder, 'notify');
  const said: string[] = [];
  const ear: Child = startChild({
    name: 'the service manager',
    command: 'perl',
    args: ['-e', HEAR, socket],
    log: join(folder, 'log'),
    onLine: (line) => void (/^BARRIER|^listening/.test(line) || said.push(line)),
  });
  t.teardown(() => ear.stop());
  await ear.line((line) => (line === 'listening' ? true : undefined), 30_000);
  return { socket, said };
}

test('the agent as a service of Type=notify', async (t) => {
  const { socket, said } = await serviceManager(t);
  const trouble = await Trouble.begin(t, {
    environment: { NOTIFY_SOCKET: socket, WATCHDOG_USEC: '1000000', WATCHDOG_PID: '1' },
  });
  const fed = () => said.filter((word) => word === 'WATCHDOG=1').length;
  await until('the watchdog to be fed', () => fed() >= 3);
  t.equal(said[0], 'READY=1', 'ready comes first');

  const pid = trouble.station.agent.child?.pid ?? 0;
  process.kill(pid, 'SIGSTOP');
  let before = fed();
  try {
    // Both take a while; what was under way comes during the first one.
    await trouble.programme(1);
    before = fed();
    await trouble.programme(120);
    t.ok(fed() - before <= 1, 'a process that stands still says nothing');
  } finally {
    process.kill(pid, 'SIGCONT');
  }
  await until('the watchdog to be fed again', () => fed() > before + 1);

  await trouble.station.agent.stop();
  await until('the farewell', () => said.at(-1) === 'STOPPING=1');
});
