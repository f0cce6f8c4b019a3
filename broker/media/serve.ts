import { createReadStream } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { parseRange } from './ranges.ts';
import type { MediaStore } from './store.ts';

/** GET and HEAD of `/media/<sha256>`. What has such a name never changes, so it may be kept for ever. */
export async function serveMedia(
  store: MediaStore,
  hash: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.writeHead(405, { allow: 'GET, HEAD' }).end();
    return;
  }
  const recording = await store.find(hash);
  if (recording === undefined) {
    response.writeHead(404).end();
    return;
  }
  const etag = `"${recording.sha256}"`;
  const headers = { etag, 'cache-control': 'public, max-age=31536000, immutable', 'accept-ranges': 'bytes' };
  if (request.headers['if-none-match'] === etag) {
    response.writeHead(304, headers).end();
    return;
  }
  // If-Range with anything but our tag asks for the whole file (RFC 9110, 13.1.5).
  const ifRange = request.headers['if-range'];
  const wanted = ifRange === undefined || ifRange === etag ? request.headers.range : undefined;
  const range = request.method === 'GET' ? parseRange(wanted, recording.size) : undefined;
  if (range === 'unsatisfiable') {
    response.writeHead(416, { ...headers, 'content-range': `bytes */${recording.size}` }).end();
    return;
  }
  const { first, last } = range ?? { first: 0, last: recording.size - 1 };
  response.writeHead(range === undefined ? 200 : 206, {
    ...headers,
    'content-type': recording.mime,
    'content-length': last - first + 1,
    ...(range === undefined ? {} : { 'content-range': `bytes ${first}-${last}/${recording.size}` }),
  });
  if (request.method === 'HEAD') response.end();
  else await pipeline(createReadStream(store.pathOf(hash), { start: first, end: last }), response);
}
