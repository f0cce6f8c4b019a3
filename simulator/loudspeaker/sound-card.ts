import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { SAMPLE_RATE } from './format.ts';
import { createPcmQueue } from './pcm-queue.ts';

/** What a real card buffers: about half a second; a player that writes faster has to wait. */
const BUFFER_SAMPLES = SAMPLE_RATE / 2;

export interface SoundCardEvents {
  /** Called before anything changes, so that the sound so far is played up to this moment. */
  beforeChange(): void;
  changed(did: 'started' | 'resumed' | 'drained' | 'killed' | 'refused'): void;
}

export interface Played {
  /** May be shorter than what was asked for: the rest was silence. */
  readonly sound: Int16Array;
  /** What happened right after this sound: the player had finished, or had not written enough. */
  readonly after?: 'drained' | 'starved';
}

/** The virtual sound card: takes PCM from one player at a time over a unix socket. */
export interface SoundCard {
  readonly socket: string;
  /** From a player's first PCM until it is drained or killed. */
  readonly playing: boolean;
  /** Plays the next `count` samples. */
  play(count: number): Played;
  close(): Promise<void>;
}

interface Player {
  readonly socket: Socket;
  started: boolean;
  /** The player closed its side: what waits is played out, then the card closes too. */
  ended: boolean;
  starved: boolean;
}

export async function openSoundCard(path: string, events: SoundCardEvents): Promise<SoundCard> {
  const queue = createPcmQueue();
  const sockets = new Set<Socket>();
  let player: Player | undefined;

  const leave = (leaving: Player, did: 'drained' | 'killed'): void => {
    if (player !== leaving) return;
    events.beforeChange();
    // Playing up to now may itself have drained the player.
    if (player !== leaving) return;
    player = undefined;
    queue.clear();
    if (did === 'drained') leaving.socket.end();
    else leaving.socket.destroy();
    if (leaving.started) events.changed(did);
  };

  /**
   * End of file alone does not tell a player that finished from one that was killed: both close their sending side.
   * A byte sent back does, for only a dead player's socket refuses it.
   */
  const probe = (socket: Socket): Promise<boolean> =>
    new Promise((resolve) => {
      if (!socket.writable) resolve(false);
      else socket.write('.', (error) => resolve(error === null || error === undefined));
    });

  const watchForDeath = (watched: Player): void => {
    void probe(watched.socket).then((alive) => {
      if (!alive) leave(watched, 'killed');
    });
  };

  const receive = (owner: Player, chunk: Buffer): void => {
    if (player !== owner) return;
    if (!owner.started || owner.starved) events.beforeChange();
    queue.push(chunk);
    if (queue.length >= BUFFER_SAMPLES) owner.socket.pause();
    if (owner.starved) {
      owner.starved = false;
      events.changed('resumed');
    }
    if (!owner.started) {
      owner.started = true;
      events.changed('started');
    }
  };

  const adopt = (socket: Socket): void => {
    const adopted: Player = { socket, started: false, ended: false, starved: false };
    player = adopted;
    socket.on('data', (chunk: Buffer) => receive(adopted, chunk));
    socket.on('end', () => {
      void probe(socket).then((alive) => {
        adopted.ended = alive;
        if (!alive) leave(adopted, 'killed');
        else if (queue.length === 0) leave(adopted, 'drained');
      });
    });
    socket.on('close', () => leave(adopted, 'killed'));
  };

  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    // A killed player resets its socket: 'close' follows and tells.
    socket.on('error', () => {});
    const holder = player;
    if (holder === undefined) return adopt(socket);
    void probe(holder.socket).then((alive) => {
      if (!alive) leave(holder, 'killed');
      if (player === undefined) return adopt(socket);
      events.changed('refused');
      socket.destroy();
    });
  });
  await rm(path, { force: true });
  server.listen(path);
  await once(server, 'listening');

  return {
    socket: path,
    get playing() {
      return player?.started ?? false;
    },
    play(count) {
      if (!player?.started) return { sound: new Int16Array(0) };
      const sound = queue.take(count);
      if (player.socket.isPaused() && queue.length < BUFFER_SAMPLES) player.socket.resume();
      if (queue.length === 0 && player.ended) {
        player.socket.end();
        player = undefined;
        return { sound, after: 'drained' };
      }
      // A player that waits for room, or for the end, is not read from: nothing else would show its death.
      if (player.ended || player.socket.isPaused()) watchForDeath(player);
      if (sound.length === count || player.starved) return { sound };
      player.starved = true;
      return { sound, after: 'starved' };
    },
    async close() {
      if (player) leave(player, 'killed');
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
