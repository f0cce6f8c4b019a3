import type { Configuration } from '../configuration/schema.ts';

export interface UnitOptions {
  readonly configuration: Pick<Configuration, 'state' | 'audio' | 'name'>;
  /** The configuration file. */
  readonly config: string;
  /** The program and its first arguments, absolute paths. */
  readonly command: readonly string[];
  /** Those of its groups that this machine has. */
  readonly groups: readonly string[];
}

/** The service's user: it may open serial lines and sound cards, and nothing else. */
export const USER = 'loa';
export const GROUPS = ['dialout', 'audio'] as const;

/**
 * The systemd unit (255 and older down to 247). What it leaves open the agent needs: V8 makes machine code while it runs,
 * which MemoryDenyWriteExecute would forbid; ffmpeg and aplay are programs of the system; the load of the machine is in
 * /proc, the name resolver asks by netlink, and a centre may be at any address. RemoveIPC would delete, from /dev/shm, what
 * a station whose card fails keeps over a restart [P-94].
 */
export const unitText = ({ configuration, config, command, groups }: UnitOptions): string => `[Unit]
Description=Loa: ${oneLine(configuration.name)}
After=network.target sound.target ${MODULES}
# A device class has no number, and is not allowed, before its module is loaded; the device may be plugged in later.
Wants=${MODULES}
# Never given up, however often it ends.
StartLimitIntervalSec=0

[Service]
Type=notify
# systemd-notify speaks for the agent.
NotifyAccess=all
# Fed only while the story goes on: the journal answers, the driver answers, airings begin and go on.
WatchdogSec=60
ExecStart=${[...command, 'run', '--config', config].map(quoted).join(' ')}
Restart=always
RestartSec=2
TimeoutStopSec=20
# The agent fades out and opens its relays itself; its decoder and player are not to die first.
KillMode=mixed
# A decoder that takes too much memory dies alone.
OOMPolicy=continue
SyslogIdentifier=loa-agent

User=${USER}
SupplementaryGroups=${groups.join(' ')}
UMask=0077
${writable(configuration)}
# V8's code cache of the bundled agent.
CacheDirectory=loa
CacheDirectoryMode=0700

NoNewPrivileges=yes
CapabilityBoundingSet=
AmbientCapabilities=
ProtectSystem=strict
ProtectHome=yes
PrivateTmp=yes
PrivateMounts=yes
# Groups hold inside, so that serial lines and sound cards open all the same.
PrivateUsers=yes
DevicePolicy=closed
DeviceAllow=char-ttyUSB rw
DeviceAllow=char-ttyACM rw
DeviceAllow=char-ttyAMA rw
DeviceAllow=char-ttyS rw
DeviceAllow=char-alsa rw
ProtectProc=invisible
ProtectClock=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectControlGroups=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged @resources
SystemCallErrorNumber=EPERM

[Install]
WantedBy=multi-user.target
`;

const MODULES = ['usbserial', 'cdc_acm', 'snd'].map((module) => `modprobe@${module}.service`).join(' ');

/** systemd makes and hands over what lies right under /var/lib; everything else is there already. */
function writable({ state, audio }: UnitOptions['configuration']): string {
  const [, name] = /^\/var\/lib\/([^/\s]+)\/?$/.exec(state) ?? [];
  const paths = [...(name === undefined ? [state] : []), ...(audio.sink === 'wav' ? [audio.directory ?? ''] : [])];
  return [
    ...(name === undefined ? [] : [`StateDirectory=${escaped(name)}`, 'StateDirectoryMode=0700']),
    ...paths.map((path) => `ReadWritePaths=${quoted(path)}`),
  ].join('\n');
}

/** systemd.syntax(7), systemd.unit(5) on specifiers, and systemd.service(5) on `$`. */
const escaped = (text: string): string => text.replaceAll('%', '%%');
const quoted = (text: string): string =>
  /^[\w@/.:=+-]+$/.test(text)
    ? text
    : `"${escaped(text).replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('$', '$$$$')}"`;
/** The configuration has refused control characters; a backslash at the end would join lines. */
const oneLine = (text: string): string => escaped(text).replaceAll('\\', '/');
