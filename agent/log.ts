import { fstatSync } from 'node:fs';

/** One line per event, for journald and for people: `level event key=value …`. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error';
export type LogFields = Readonly<Record<string, unknown>>;
export type Log = (level: LogLevel, event: string, fields?: LogFields) => void;

const order: readonly LogLevel[] = ['debug', 'info', 'warn', 'error'];

/** sd-daemon(3): how journald takes a line's level from the line itself. */
const prefixes: Readonly<Record<LogLevel, string>> = { debug: '<7>', info: '<6>', warn: '<4>', error: '<3>' };

/** Whether our stderr goes to journald: systemd.exec(5), JOURNAL_STREAM. */
export function isJournald(environment: NodeJS.ProcessEnv): boolean {
  if (environment.JOURNAL_STREAM === undefined) return false;
  const { dev, ino } = fstatSync(process.stderr.fd);
  return environment.JOURNAL_STREAM === `${dev}:${ino}`;
}

/** Writes to a stream, leaving out what is below `least`. Values are quoted, so a title cannot forge a line. */
export function streamLog(
  stream: { write(text: string): unknown },
  least: LogLevel = 'info',
  { journald = false } = {},
): Log {
  return (level, event, fields = {}) => {
    if (order.indexOf(level) < order.indexOf(least)) return;
    const pairs = Object.entries(fields).map(([key, value]) => `${key}=${JSON.stringify(plain(value))}`);
    stream.write(`${journald ? prefixes[level] : ''}${[level, event, ...pairs].join(' ')}\n`);
  };
}

export const silentLog: Log = () => {};

/** An error with its chain of causes, in one string. */
function plain(value: unknown): unknown {
  if (!(value instanceof Error)) return value;
  const cause = value.cause === undefined ? '' : ` < ${String(plain(value.cause))}`;
  return `${value.message}${cause}`;
}
