import { mkdir } from 'node:fs/promises';
import { isIP } from 'node:net';
import type { Command } from 'commander';
import { type Centre, startCentre } from '../centre.ts';
import { DataInUseError } from '../data-lock.ts';
import { streamLog } from '../log.ts';
import { CommandFailure, type Console } from './console.ts';
import { inWords } from './keys-changed.ts';
import { type CommonOptions, withCommon } from './options.ts';
import { removeRunFile, writeRunFile } from './run-file.ts';

interface RunOptions extends CommonOptions {
  readonly host: string;
  readonly mqttPort?: string;
  readonly httpPort?: string;
  readonly name?: readonly string[];
  readonly plain?: true;
  readonly broker?: string;
  readonly database?: string;
  readonly mediaUrl?: string;
}

export function addRunCommand(program: Command, console: Console): void {
  const { words } = console;
  withCommon(program.command('run').description(words.run), console)
    .option('--host <address>', words.runHost, '127.0.0.1')
    .option('--mqtt-port <port>', words.runMqttPort)
    .option('--http-port <port>', words.runHttpPort)
    .option('--name <host...>', words.runName)
    .option('--plain', words.runPlain)
    .option('--broker <url>', words.runBroker)
    .option('--database <url>', words.runDatabase)
    .option('--media-url <url>', words.runMediaUrl)
    .action((options: RunOptions) => run(options, console));
}

/** Runs until SIGTERM or SIGINT, then ends cleanly. */
async function run(options: RunOptions, console: Console): Promise<void> {
  const { words } = console;
  const stop = stopSignal();
  const centre = await start(options, console);
  try {
    const ready = { ready: true, mqtt: centre.mqttUrl, http: centre.httpUrl } as const;
    await writeRunFile(options.data, ready);
    console.out(options.json ? JSON.stringify(ready) : words.runReady(ready.mqtt, ready.http));
    await stop;
  } finally {
    await removeRunFile(options.data);
    await centre.close();
  }
}

function start(options: RunOptions, console: Console): Promise<Centre> {
  const { words } = console;
  return inWords(console, async () => {
    try {
      await mkdir(options.data, { recursive: true, mode: 0o700 });
      return await startCentre({
        data: options.data,
        host: options.host,
        mqttPort: port('--mqtt-port', options.mqttPort ?? (options.plain ? '1883' : '8883'), console),
        httpPort: port('--http-port', options.httpPort ?? (options.plain ? '8080' : '8443'), console),
        names: names(options.name ?? [], console),
        plain: options.plain,
        broker: url('--broker', options.broker, ['mqtt:', 'mqtts:'], console),
        database: url('--database', options.database, ['postgres:', 'postgresql:'], console),
        mediaUrl: url('--media-url', options.mediaUrl, ['http:', 'https:'], console),
        log: streamLog(process.stderr),
      });
    } catch (error) {
      if (error instanceof DataInUseError) throw new CommandFailure(2, words.inUse(error.pid));
      if (isListenError(error, options.host)) throw new CommandFailure(2, words.portTaken(error.message));
      if (isAbout(error, ['EACCES', 'EROFS', 'EPERM'])) throw new CommandFailure(2, words.notAllowed(options.data));
      if (options.database !== undefined && isOfDatabase(error)) {
        throw new CommandFailure(2, words.databaseFailed(error.message || error.code));
      }
      throw error;
    }
  });
}

function names(given: readonly string[], { words }: Console): readonly string[] {
  const bad = given.find(
    (name) => isIP(name) === 0 && !/^(?=.{1,253}$)[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$/.test(name),
  );
  if (bad !== undefined) throw new CommandFailure(2, words.badValue('--name', words.badHost));
  return given;
}

function port(option: string, text: string, { words }: Console): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value <= 65_535) return value;
  throw new CommandFailure(2, words.badValue(option, words.badPort));
}

function url(option: string, text: string | undefined, schemes: readonly string[], { words }: Console) {
  if (text === undefined || (URL.canParse(text) && schemes.includes(new URL(text).protocol))) return text;
  throw new CommandFailure(2, words.badValue(option, words.badUrl(schemes.map((scheme) => `${scheme}//…`).join(', '))));
}

/** The port is taken or not allowed, or the host to listen on is no address of this machine. */
function isListenError(error: unknown, host: string): error is Error {
  if (!(error instanceof Error && 'syscall' in error)) return false;
  return error.syscall === 'listen' || ('hostname' in error && error.hostname === host);
}

const isAbout = (error: unknown, codes: readonly string[]): error is Error & { code: string } =>
  error instanceof Error && 'code' in error && codes.includes(String(error.code));

/** No connection, or an SQLSTATE of the classes 08 (connection), 28 (authorisation), 3D (no such database). */
const isOfDatabase = (error: unknown): error is Error & { code: string } =>
  isAbout(error, ['ECONNREFUSED', 'ENOTFOUND', 'ETIMEDOUT', 'EHOSTUNREACH', 'ECONNRESET']) ||
  (error instanceof Error && 'code' in error && /^(08|28|3D)\w{3}$/.test(String(error.code)));

function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGTERM', () => resolve());
    process.once('SIGINT', () => resolve());
  });
}
