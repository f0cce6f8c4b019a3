import { findFfmpeg } from '../../audio/ffmpeg.ts';
import { bytesOfMs } from '../../audio/format.ts';
import { AlsaSink } from '../../audio/sinks/alsa.ts';
import { systemClock, withDeadline } from '../../clock/clock.ts';
import { silentLog } from '../../log.ts';
import type { Finding } from '../finding.ts';
import type { Patient } from '../patient.ts';

const SILENCE_MS = 200;
const DEADLINE_MS = 10_000;

/** The decoder, and the sound card: the running agent has it open, and raises an alarm when it fails. */
export async function sound({ configuration, running, system }: Patient): Promise<readonly Finding[]> {
  return [...(await decoder(configuration, system)), ...(await soundCard(configuration, running))];
}

async function decoder({ audio }: Patient['configuration'], system: Patient['system']): Promise<readonly Finding[]> {
  const ffmpeg = await findFfmpeg(audio.ffmpeg);
  if (ffmpeg === undefined) return [{ code: 'decoder/missing', detail: audio.ffmpeg ?? 'ffmpeg' }];
  const { code, stdout, stderr } = await system.run(ffmpeg, '-version');
  if (code !== 0) return [{ code: 'decoder/missing', detail: `${ffmpeg}: ${stderr.trim().slice(0, 200)}` }];
  return [{ code: 'decoder/good', detail: `${ffmpeg} ${/^ffmpeg version (\S+)/.exec(stdout)?.[1] ?? ''}`.trim() }];
}

async function soundCard(
  { audio }: Patient['configuration'],
  running: Patient['running'],
): Promise<readonly Finding[]> {
  if (audio.sink === 'wav') return [{ code: 'sound/recorded', detail: audio.directory ?? '' }];
  const detail = `${audio.player.join(' ')}, ${audio.device}`;
  if (running !== undefined) {
    const fault = running.alarms.find(({ name }) => name === 'sound-card');
    // The alarm itself is told with the others.
    return fault === undefined ? [{ code: 'sound/good', detail }] : [];
  }
  const sink = new AlsaSink({ ...audio, clock: systemClock, log: silentLog, onFault: () => {} });
  try {
    const silence = async () => {
      const stream = await sink.open();
      await stream.write(Buffer.alloc(bytesOfMs(SILENCE_MS)));
      await stream.drain();
    };
    await withDeadline(systemClock, DEADLINE_MS, silence(), () => new Error('it plays nothing'));
    return [{ code: 'sound/good', detail }];
  } catch (error) {
    return [{ code: 'sound/failed', detail: `${detail}: ${(error as Error).message}` }];
  } finally {
    await sink.close();
  }
}
