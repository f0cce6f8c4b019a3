import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { parseJson } from '../../protocol/json.ts';
import { MAX_MESSAGE_BYTES } from '../../protocol/limits.ts';
import { type Decoded, type Refusal, type RefusalCode, refused } from '../../protocol/refusal.ts';

export function sendJson(response: ServerResponse, status: number, value: unknown): void {
  const body = Buffer.from(`${JSON.stringify(value)}\n`);
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': body.byteLength,
    'cache-control': 'no-store',
  });
  response.end(body);
}

const STATUS: Partial<Record<RefusalCode, number>> = { 'unknown-order': 404, 'too-large': 413, busy: 429 };

/** 404 for what is not there, 413 for too much, 429 for too often, 422 for what was understood and declined. */
export function sendRefusal(response: ServerResponse, refusal: Refusal): void {
  sendJson(response, STATUS[refusal.code] ?? 422, { refusal: { code: refusal.code, fields: refusal.fields } });
}

/** Whether the request carries the token. Both sides are hashed, so neither length nor content shows in the time. */
export function hasToken(request: IncomingMessage, token: string): boolean {
  const given = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1];
  if (given === undefined) return false;
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(token));
}

/**
 * Reads a JSON body within the limits of the wire [P-20]; an empty one is `{}`. A longer one is not read to its end, so
 * the connection is good for nothing afterwards.
 */
export async function readBody(request: IncomingMessage, response: ServerResponse): Promise<Decoded<unknown>> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.byteLength;
    if (size > MAX_MESSAGE_BYTES) {
      response.setHeader('connection', 'close');
      return refused('too-large', `more than ${MAX_MESSAGE_BYTES} bytes`);
    }
    chunks.push(chunk);
  }
  return size === 0 ? { ok: true, value: {} } : parseJson(Buffer.concat(chunks));
}
