import { rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type * as v from 'valibot';
import { decodeJson } from '../../protocol/decode.ts';
import { MAX_MESSAGE_BYTES } from '../../protocol/limits.ts';
import { type Decoded, refused } from '../../protocol/refusal.ts';
import type { Log } from '../log.ts';
import { preferenceSchema } from '../policy/local-preference.ts';
import type { History, Status } from './status.ts';

export interface ControlOptions {
  /** Path of the unix socket. */
  readonly address: string;
  readonly log: Log;
  readonly status: () => Promise<Status>;
  readonly history: () => History;
  /** Local stop on or off [P-68]; resolves when it is on the journal. */
  readonly stop: (on: boolean) => Promise<void>;
  /** The operator's order between priority orders [P-78]; resolves when it is on the journal. */
  readonly prefer: (wanted: v.InferOutput<typeof preferenceSchema>) => Promise<Decoded<unknown>>;
}

export interface ControlServer {
  close(): Promise<void>;
}

/**
 * The technician's door: HTTP over a unix socket, so that it works with the network unplugged. Who may enter the state
 * folder may use it. A socket that a dead agent left behind is taken over; the journal's own lock has made sure before
 * this that no other agent lives.
 */
export async function openControl({ address, log, ...options }: ControlOptions): Promise<ControlServer> {
  const { status, history, stop, prefer } = options;
  await rm(address, { force: true });
  const server = createServer((request, response) => {
    const answer = async () => {
      switch (`${request.method} ${request.url}`) {
        case 'GET /status':
          return send(response, 200, await status());
        case 'GET /history':
          return send(response, 200, history());
        case 'POST /stop':
        case 'POST /resume':
          await stop(request.url === '/stop');
          return send(response, 200, await status());
        case 'POST /prefer': {
          const wanted = await readBody(request, preferenceSchema);
          const done = wanted.ok ? await prefer(wanted.value) : wanted;
          if (done.ok) return send(response, 200, await status());
          return send(response, 422, { refusal: { code: done.refusal.code, fields: done.refusal.fields } });
        }
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

async function readBody<T>(request: IncomingMessage, schema: v.GenericSchema<unknown, T>): Promise<Decoded<T>> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.byteLength;
    if (size > MAX_MESSAGE_BYTES) return refused('too-large', `more than ${MAX_MESSAGE_BYTES} bytes`);
    chunks.push(chunk);
  }
  return decodeJson(schema, Buffer.concat(chunks));
}

function send(response: ServerResponse, code: number, body: object): void {
  response.writeHead(code, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
