import { rm } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import type { Log } from '../log.ts';
import type { History, Status } from './status.ts';

export interface ControlOptions {
  /** Path of the unix socket. */
  readonly address: string;
  readonly log: Log;
  readonly status: () => Status;
  readonly history: () => History;
  /** Local stop on or off [P-68]; resolves when it is on the journal. */
  readonly stop: (on: boolean) => Promise<void>;
}

export interface ControlServer {
  close(): Promise<void>;
}

/**
 * The technician's door: HTTP over a unix socket, so that it works with the network unplugged. Who may enter the state
 * folder may use it. A socket that a dead agent left behind is taken over; the journal's own lock has made sure before
 * this that no other agent lives.
 */
export async function openControl({ address, log, status, history, stop }: ControlOptions): Promise<ControlServer> {
  await rm(address, { force: true });
  const server = createServer((request, response) => {
    const answer = async () => {
      switch (`${request.method} ${request.url}`) {
        case 'GET /status':
          return send(response, 200, status());
        case 'GET /history':
          return send(response, 200, history());
        case 'POST /stop':
        case 'POST /resume':
          await stop(request.url === '/stop');
          return send(response, 200, status());
        default:
          return send(response, 404, { error: 'not-found' });
      }
    };
    answer().catch((error: unknown) => {
      log('error', 'control-failed', { error });
      send(response, 500, { error: 'internal-error' });
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(address, resolve);
  });
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function send(response: ServerResponse, code: number, body: object): void {
  response.writeHead(code, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
