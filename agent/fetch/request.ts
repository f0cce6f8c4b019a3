import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { isIP } from 'node:net';
import { rootCertificates } from 'node:tls';
import fetch, { type Response } from 'node-fetch';
import { Refusal } from '../../protocol/refusal.ts';
import { FORBIDDEN_ADDRESS, isInternalAddress, publicLookup } from './address.ts';

const MAX_HOPS = 5;

export interface AudioRequest {
  readonly url: string;
  /** First byte wanted; above 0 asks for the rest of a file. */
  readonly from: number;
  /** Certificate (PEM) whose servers are believed besides those that everybody believes. */
  readonly authority: string | undefined;
  readonly signal: AbortSignal;
}

/**
 * GETs a URL of a signed order, following redirects one by one. The order's own URL may lead anywhere, for the
 * centre has signed it; a redirect is some server's word, so it may leave that host only for a public address.
 * Rejects with a Refusal (`audio-address-forbidden`, `audio-not-found`, `audio-unreachable`).
 */
export async function requestAudio({ url, from, authority, signal }: AudioRequest): Promise<Response> {
  const signed = new URL(url);
  let target = signed;
  for (let hop = 0; hop <= MAX_HOPS; hop++) {
    const trusted = target.host === signed.host && target.protocol === signed.protocol;
    if (!trusted) refuseInternal(target);
    const response = await get(target, { from, authority, signal, trusted });
    const location = response.headers.get('location');
    if (response.status < 300 || response.status > 399 || location === null) return checkStatus(response);
    discard(response);
    target = new URL(location, target);
    if (target.protocol !== 'http:' && target.protocol !== 'https:') {
      throw new Refusal('audio-address-forbidden', target.protocol);
    }
  }
  throw new Refusal('audio-unreachable', `more than ${MAX_HOPS} redirects`);
}

async function get(
  target: URL,
  { from, authority, signal, trusted }: Omit<AudioRequest, 'url'> & { readonly trusted: boolean },
): Promise<Response> {
  const lookup = trusted ? {} : { lookup: publicLookup };
  const agent =
    target.protocol === 'https:'
      ? new HttpsAgent({ ...lookup, ...(authority !== undefined && { ca: [...rootCertificates, authority] }) })
      : new HttpAgent(lookup);
  try {
    return await fetch(target, {
      agent,
      redirect: 'manual',
      signal,
      compress: false,
      headers: { 'accept-encoding': 'identity', ...(from > 0 && { range: `bytes=${from}-` }) },
    });
  } catch (cause) {
    // node-fetch wraps a socket's error without a cause but keeps its code.
    if (cause instanceof Error && 'code' in cause && cause.code === FORBIDDEN_ADDRESS) {
      throw new Refusal('audio-address-forbidden', target.host, { cause });
    }
    throw new Refusal('audio-unreachable', target.host, { cause });
  }
}

/** A literal address never passes through a lookup, so it is looked at here. */
function refuseInternal(target: URL): void {
  const host = target.hostname.replace(/^\[|\]$/g, '');
  if (isIP(host) !== 0 && isInternalAddress(host)) throw new Refusal('audio-address-forbidden', target.host);
}

function checkStatus(response: Response): Response {
  if (response.status === 200 || response.status === 206) return response;
  discard(response);
  const gone = response.status >= 400 && response.status < 500 && response.status !== 408 && response.status !== 429;
  throw new Refusal(gone ? 'audio-not-found' : 'audio-unreachable', `HTTP ${response.status}`);
}

/** Frees the connection of an answer that nobody reads. */
export function discard(response: Response): void {
  const body = response.body as (NodeJS.ReadableStream & { destroy?: () => void }) | null;
  body?.on('error', () => {});
  body?.destroy?.();
}
