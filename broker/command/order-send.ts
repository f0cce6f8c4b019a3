import { existsSync } from 'node:fs';
import { type Command, InvalidArgumentError, Option } from 'commander';
import * as v from 'valibot';
import { sha256 } from '../../protocol/fields.ts';
import { printable } from '../../protocol/text.ts';
import { CentreClient } from './client.ts';
import { CommandFailure, type Console } from './console.ts';
import { addRecording } from './media.ts';
import { type CommonOptions, withCommon } from './options.ts';
import { watch } from './order-watch.ts';

interface SendOptions extends CommonOptions {
  readonly title: string;
  readonly to?: string;
  readonly group?: readonly string[];
  readonly media: readonly string[];
  readonly language: string;
  readonly priority: string;
  readonly zones?: string;
  readonly at?: readonly string[];
  readonly daily?: readonly string[];
  readonly weekdays?: readonly number[];
  readonly from?: string;
  readonly until?: string;
  readonly timeZone: string;
  readonly lateBy?: number;
  readonly expiresIn?: number;
  readonly volume?: number;
  readonly chime?: true;
  readonly repeat?: number;
  readonly gap?: number;
  readonly onInterrupt?: string;
  readonly status: string;
  readonly basisNumber?: string;
  readonly basisDate?: string;
  readonly basisIssuer?: string;
  readonly watch?: true;
}

const sentSchema = v.object({ id: v.string(), rev: v.number(), stations: v.number() });

export function addOrderSend(order: Command, console: Console): void {
  const { words } = console;
  const whole = (text: string): number => {
    if (/^\d{1,9}$/.test(text)) return Number(text);
    throw new InvalidArgumentError(words.badNumber);
  };
  withCommon(order.command('send').description(words.orderSend), console)
    .requiredOption('--title <text>', words.orderTitle)
    .option('--to <all|station,…>', words.orderTo)
    .option('--group <group...>', words.orderGroup)
    .requiredOption('--media <sha256|file...>', words.orderMedia)
    .option('--language <tag>', words.orderLanguage, 'vi')
    .addOption(
      new Option('--priority <priority>', words.orderPriority)
        .choices(['routine', 'priority', 'emergency'])
        .makeOptionMandatory(),
    )
    .option('--zones <tag,…>', words.orderZones)
    .option('--at <instant...>', words.orderAt)
    .option('--daily <HH:MM...>', words.orderDaily)
    .option('--weekdays <1-7...>', words.orderWeekdays, (text, before: number[] = []) => [...before, whole(text)])
    .option('--from <date>', words.orderFrom)
    .option('--until <date>', words.orderUntil)
    .option('--time-zone <name>', words.orderTimeZone, 'Asia/Ho_Chi_Minh')
    .option('--late-by <seconds>', words.orderLateBy, whole)
    .option('--expires-in <time>', words.orderExpiresIn, (text) => seconds(text, words.badDuration))
    .option('--volume <percent>', words.orderVolume, whole)
    .option('--chime', words.orderChime)
    .option('--repeat <times>', words.orderRepeat, whole)
    .option('--gap <seconds>', words.orderGap, whole)
    .addOption(new Option('--on-interrupt <what>', words.orderOnInterrupt).choices(['skip', 'restart', 'resume']))
    .addOption(
      new Option('--status <status>', words.orderStatus).choices(['actual', 'exercise', 'test']).default('actual'),
    )
    .option('--basis-number <text>', words.orderBasisNumber)
    .option('--basis-date <date>', words.orderBasisDate)
    .option('--basis-issuer <text>', words.orderBasisIssuer)
    .option('--watch', words.orderWatch)
    .action((options: SendOptions) => send(options, console));
}

async function send(options: SendOptions, console: Console): Promise<void> {
  const { words } = console;
  const to = target(options, console);
  const when = whenOf(options, console);
  const basis = basisOf(options, console);
  const centre = await CentreClient.find(options.data, console);
  const recordings: string[] = [];
  for (const media of options.media) recordings.push(await recording(media, options, console));

  const sent = await centre.post(
    '/api/orders',
    withoutAbsent({
      title: options.title.normalize('NFC'),
      priority: options.priority,
      status: options.status,
      to,
      zones: options.zones?.split(','),
      when,
      lateBy: options.lateBy,
      expiresInSeconds: options.expiresIn,
      volume: options.volume,
      chime: options.chime,
      repeat: options.repeat === undefined ? undefined : { times: options.repeat, gap: options.gap ?? 0 },
      onInterrupt: options.onInterrupt,
      basis,
      programme: recordings.map((hash) => ({ type: 'audio', media: [hash] })),
    }),
    sentSchema,
  );
  console.out(options.json ? JSON.stringify(sent) : words.orderSent(sent.id, sent.stations));
  if (sent.stations === 0) console.err(words.orderForNobody);
  if (options.watch) await watch(centre, sent.id, options.json === true, console);
}

function target(options: SendOptions, { words }: Console): unknown {
  if (options.to !== undefined && options.group !== undefined) throw new CommandFailure(2, words.toAndGroup);
  if (options.group !== undefined) return { groups: options.group };
  if (options.to === undefined) throw new CommandFailure(2, words.needsTarget);
  return options.to === 'all' ? 'all' : { stations: options.to.split(',') };
}

function whenOf(options: SendOptions, console: Console): object {
  const { at, daily, weekdays, from, until, timeZone } = options;
  if (at !== undefined && daily !== undefined) throw new CommandFailure(2, console.words.atAndDaily);
  if (daily !== undefined) return withoutAbsent({ type: 'daily', times: daily, weekdays, from, until, timeZone });
  if (at === undefined) return { type: 'now' };
  return { type: 'at', instants: at.map((text) => instant(text, console)) };
}

/** A recording of the store by its hash, or a file, which is brought into the store first. */
async function recording(media: string, options: SendOptions, console: Console): Promise<string> {
  if (v.is(sha256, media)) return media;
  if (!existsSync(media)) throw new CommandFailure(2, console.words.mediaMissing(printable(media, 200)));
  return (await addRecording(media, options, console)).sha256;
}

/** An offset is asked for: a time without one would mean another instant on another machine. */
function instant(text: string, { words }: Console): string {
  const date = new Date(text);
  if (/^\d{4}-\d{2}-\d{2}T.*(?:Z|[+-]\d{2}:\d{2})$/.test(text) && !Number.isNaN(date.getTime())) {
    return date.toISOString();
  }
  throw new CommandFailure(2, words.badValue('--at', words.badInstant));
}

function basisOf({ basisNumber, basisDate, basisIssuer }: SendOptions, { words }: Console): object | undefined {
  const given = [basisNumber, basisDate, basisIssuer].filter((part) => part !== undefined);
  if (given.length === 0) return undefined;
  if (given.length < 3) throw new CommandFailure(2, words.needsBasis);
  return { number: basisNumber?.normalize('NFC'), date: basisDate, issuer: basisIssuer?.normalize('NFC') };
}

function seconds(text: string, problem: string): number {
  const match = /^(\d{1,6})(s|m|h|d)$/.exec(text);
  const unit = { s: 1, m: 60, h: 3_600, d: 86_400 }[match?.[2] ?? ''];
  if (match === null || unit === undefined) throw new InvalidArgumentError(problem);
  return Number(match[1]) * unit;
}

function withoutAbsent(fields: Record<string, unknown>): object {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
