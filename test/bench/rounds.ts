import { setTimeout as delay } from 'node:timers/promises';
import { airOnce, ZONE } from './airing.ts';
import { ffmpegToFirstByte, pipelineToFirstByte } from './decoder.ts';
import type { Figures } from './figures.ts';
import { residentMB } from './memory.ts';
import { names } from './names.ts';
import type { Stage } from './stage.ts';
import { nodeAlone, nodeStartAndEnd, startAgentProcess } from './start.ts';

/** Between two measurements, so that what one leaves behind (a player that starts, a report) is not the other's. */
const BETWEEN_MS = 30;
/** How long a long recording is on air before its station's memory is read. */
const ON_AIR_MS = 500;

/** What is short: one order each way, and its floors. */
export async function quickRound({ centre, bare, journal, steady, loudspeaker, short, file }: Stage, figures: Figures) {
  const { token } = await centre.sign('bare', ZONE, short);
  const { echoMs, serialMs } = await bare.round(token);
  figures.add(names.floor, 'ms', echoMs + serialMs);
  figures.add(names.echo, 'ms', echoMs);
  figures.add(names.serial, 'ms', serialMs);
  figures.add(names.write, 'ms', await journal.write());
  await delay(BETWEEN_MS);

  const aired = await airOnce({ centre, station: steady, recording: short });
  figures.add(names.amplifier, 'ms', aired.amplifierMs);
  figures.add(names.relay, 'ms', aired.relayMs);
  figures.add(names.unmute, 'ms', aired.unmuteMs);
  figures.add(names.sound, 'ms', aired.soundMs);
  await delay(BETWEEN_MS);

  figures.add(names.ffmpeg, 'ms', await ffmpegToFirstByte(file));
  figures.add(names.pipeline, 'ms', await pipelineToFirstByte(file, loudspeaker));
  await delay(BETWEEN_MS);
}

/** What takes a second or more: a start from nothing, a recording that needs a decoder. */
export async function slowRound({ centre, steady, restarted, short, long }: Stage, figures: Figures) {
  figures.add(names.node, 'ms', await nodeStartAndEnd());
  figures.add(names.nodeAlone, 'MB', await nodeAlone());

  figures.add(names.start, 'ms', await startAgentProcess(centre, restarted));
  figures.add(names.idle, 'MB', await residentMB(restarted.agent.child?.pid));
  const cold = await airOnce({ centre, station: restarted, recording: short });
  figures.add(names.coldRelay, 'ms', cold.relayMs);
  figures.add(names.coldSound, 'ms', cold.soundMs);
  await restarted.agent.stop();
  await delay(BETWEEN_MS);

  figures.add(names.aged, 'MB', await residentMB(steady.agent.child?.pid));
  const meanwhile = async () => {
    await delay(ON_AIR_MS);
    figures.add(names.airing, 'MB', await residentMB(steady.agent.child?.pid));
  };
  const decoded = await airOnce({ centre, station: steady, recording: long, meanwhile });
  figures.add(names.longRelay, 'ms', decoded.relayMs);
  figures.add(names.longSound, 'ms', decoded.soundMs);
  await delay(BETWEEN_MS);
}
