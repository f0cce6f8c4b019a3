import { readFile } from 'node:fs/promises';
import type { Refusal } from '../../protocol/refusal.ts';
import { AlsaSink } from '../audio/sinks/alsa.ts';
import type { Sink } from '../audio/sinks/port.ts';
import type { Clock } from '../clock/clock.ts';
import type { Log } from '../log.ts';
import type { Judge } from './judge.ts';
import type { Person } from './person.ts';
import type { Finding } from './record.ts';
import type { ProvisionWords } from './words.ts';

export interface SoundStepOptions {
  readonly device: string | undefined;
  /** What the configuration has. */
  readonly before: { readonly device: string; readonly player: readonly string[] } | undefined;
  readonly player: string | undefined;
  readonly judge: Judge;
  readonly person: Person | undefined;
  readonly words: ProvisionWords;
  readonly clock: Clock;
  readonly log: Log;
}

export interface Sound {
  readonly device: string;
  readonly sink: Sink;
}

/** Which sound card, and whether it opens. Throws CannotGoOn. The caller closes the sink. */
export async function soundStep(options: SoundStepOptions): Promise<Sound> {
  const { before, judge, person, words, clock, log } = options;
  const player = options.player === undefined ? (before?.player ?? ['aplay']) : [options.player];
  let device = options.device ?? before?.device;
  let sink: Sink | undefined;
  let opened = 'default';
  await judge.take('sound', true, async (): Promise<Finding> => {
    await sink?.close();
    const chosen = device ?? (await chooseCard(person, words));
    device = undefined;
    sink = new AlsaSink({ player, device: chosen, clock, log, onFault: () => {} });
    const fault = await sink.open().then(
      (stream) => stream.stop().then(() => undefined),
      (refusal: Refusal) => refusal.detail,
    );
    opened = chosen;
    if (fault === undefined) return { code: 'sound-ok', device: chosen };
    await sink.close();
    return { code: 'sound-failed', device: chosen, detail: fault };
  });
  if (sink === undefined) throw new Error('no sound card was tried');
  return { device: opened, sink };
}

/** With one card or none there is nothing to choose. */
async function chooseCard(person: Person | undefined, words: ProvisionWords): Promise<string> {
  const cards = await soundCards();
  if (person === undefined || cards.length < 2) return 'default';
  const choices = cards.map(({ id, name }) => ({ value: `plughw:CARD=${id}`, label: name, hint: id }));
  return person.choose(words.askDevice, [{ value: 'default', label: words.defaultDevice }, ...choices]);
}

/** As the kernel numbers them: ` 0 [Headphones     ]: bcm2835_headpho - bcm2835 Headphones`. */
async function soundCards(): Promise<readonly { readonly id: string; readonly name: string }[]> {
  const listed = await readFile('/proc/asound/cards', 'utf8').catch(() => '');
  return [...listed.matchAll(/^ *\d+ \[(\S+) *\]: .*? - (.+)$/gm)].map(([, id = '', name = '']) => ({ id, name }));
}
