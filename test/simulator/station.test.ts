import { once } from 'node:events';
import { access, readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { dirname } from 'node:path';
import { parse } from 'smol-toml';
import { test } from 'tap';
import { encodeFrame } from '../../agent/entry.ts';
import { correlate } from '../../simulator/hearing/correlate.ts';
import { isDigitalSilence } from '../../simulator/hearing/silence.ts';
import { withoutUnderruns } from '../../simulator/hearing/underruns.ts';
import { readWav } from '../../simulator/hearing/wav.ts';
import { startVirtualStation, type VirtualStation } from '../../simulator/station/station.ts';
import { bytesOf, speechLike, startPlayer, temporaryDirectory, until } from './helpers.ts';

type Overrides = Partial<Parameters<typeof startVirtualStation>[0]>;

async function start(directory: string, overrides: Overrides = {}): Promise<VirtualStation> {
  return startVirtualStation({
    directory,
    centre: 'vinh-phuc',
    root: 'A'.repeat(43),
    brokerUrl: 'mqtt://127.0.0.1:1',
    station: 'dai-dong',
    name: 'Đài truyền thanh xã Đại Đồng',
    zones: [
      { id: 'thon-1', name: 'Thôn 1', tags: ['village'] },
      { id: 'cho', name: 'Chợ' },
    ],
    transport: 'tcp',
    agent: 'none',
    ...overrides,
  });
}

test('the configuration it writes names its line, its player and its zones', async (t) => {
  for (const transport of ['tcp', 'pty'] as const) {
    const station = await start(await temporaryDirectory(t), { transport });
    t.teardown(() => station.close());
    const written = parse(await readFile(station.configuration, 'utf8'));
    t.match(written, {
      station: 'dai-dong',
      name: 'Đài truyền thanh xã Đại Đồng',
      hardware: { driver: 'sc1', line: station.controller.line },
      zones: [
        { id: 'thon-1', relay: 1, tags: ['village'] },
        { id: 'cho', relay: 2 },
      ],
      audio: { sink: 'alsa', player: [station.loudspeaker.player.path] },
    });
    t.match(station.controller.line, transport === 'tcp' ? /^tcp:/ : /^serial:\//);
  }
});

test('what the controller is told is what the zones hear', async (t) => {
  const station = await start(await temporaryDirectory(t));
  t.teardown(() => station.close());
  const line = new URL(station.controller.line);
  const serial = connect(Number(line.port), line.hostname);
  t.teardown(() => serial.destroy());
  let answers = '';
  serial.on('data', (chunk: Buffer) => {
    answers += chunk.toString('latin1');
  });
  let sequence = 0;
  const tell = async (verb: string, ...args: string[]): Promise<void> => {
    sequence += 1;
    serial.write(encodeFrame({ kind: 'command', sequence, verb, args }));
    await until(() => answers.includes(`<${sequence},`));
  };
  await tell('AMP', 'on');
  await tell('ON', '1', '60000');
  await tell('MUTE', 'off');
  const programme = speechLike(24_000);
  const player = startPlayer(t, station.loudspeaker.player.path);
  player.stdin?.end(bytesOf(programme));
  await once(player, 'exit');
  await tell('OFF');
  station.loudspeaker.flush();
  const { sound } = await readWav(station.loudspeaker.wavOf('thon-1'));
  const heard = withoutUnderruns(sound, station.loudspeaker.timeline.events);
  t.ok(correlate(heard, programme).coefficient > 0.9999);
  t.ok(isDigitalSilence((await readWav(station.loudspeaker.wavOf('cho'))).sound));
  t.match(
    station.loudspeaker.timeline.events.filter((event) => event.what === 'relay'),
    [
      { zone: 'thon-1', closed: true, cause: 'command' },
      { zone: 'thon-1', closed: false, cause: 'command' },
    ],
  );
});

test('close leaves nothing temporary behind, and keeps what was heard', async (t) => {
  const station = await start(await temporaryDirectory(t), { transport: 'pty' });
  const runtime = dirname(station.loudspeaker.player.path);
  await station.close();
  await t.rejects(access(runtime));
  await access(station.loudspeaker.wavOf('cho'));
  await station.close();
});
