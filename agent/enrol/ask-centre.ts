import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { Agent } from 'node:https';
import { setTimeout as delay } from 'node:timers/promises';
import { connect, type DetailedPeerCertificate } from 'node:tls';
import fetch from 'node-fetch';
import * as v from 'valibot';
import { validate } from '../../protocol/decode.ts';
import { type EnrolmentAnswer, type EnrolmentCode, enrolmentAnswerSchema } from '../../protocol/enrolment.ts';
import { EnrolmentError } from './enrolment-error.ts';

const TIMEOUT_MS = 30_000;
/** An answer that was lost is asked for again after these, with the same key. */
const PAUSES_MS = [500, 2_000];
const refusalSchema = v.object({ refusal: v.object({ code: v.string() }) });

/** Hands the secret to the centre whose authority the code names, and to nobody else. Throws EnrolmentError. */
export async function askCentre(centre: string, code: EnrolmentCode, request: string): Promise<EnrolmentAnswer> {
  const url = URL.canParse(centre) ? new URL(centre) : undefined;
  if (url?.protocol !== 'https:') throw new EnrolmentError('centre-unreachable', `${centre} is not like https://…`);
  const authority = await authorityOf(url, code);
  const sent = JSON.stringify({ secret: code.secret, request });
  const body = await answerOf(new URL('/enrol', url), sent, authority);
  const refusal = v.safeParse(refusalSchema, body);
  if (refusal.success) throw new EnrolmentError('refused', refusal.output.refusal.code);
  const answer = validate(enrolmentAnswerSchema, body);
  if (!answer.ok) throw new EnrolmentError('answer-unreadable', answer.refusal.message, answer.refusal);
  return answer.value;
}

async function answerOf(url: URL, body: string, authority: string): Promise<unknown> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      const response = await fetch(url, {
        method: 'POST',
        redirect: 'error',
        agent: new Agent({ ca: authority, minVersion: 'TLSv1.3' }),
        signal: AbortSignal.timeout(TIMEOUT_MS),
        size: 65_536,
        body,
      });
      return await response.json();
    } catch (cause) {
      const pauseMs = PAUSES_MS[attempt];
      if (pauseMs === undefined) throw new EnrolmentError('centre-unreachable', (cause as Error).message, cause);
      await delay(pauseMs);
    }
  }
}

/**
 * The authority's certificate as the server shows it, believed only because it is the one that the code names. Nothing
 * is sent here.
 */
async function authorityOf(url: URL, code: EnrolmentCode): Promise<string> {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const socket = connect({ host, port: Number(url.port || 443), rejectUnauthorized: false, timeout: TIMEOUT_MS });
  try {
    socket.once('timeout', () => socket.destroy(new Error('no answer')));
    await once(socket, 'secureConnect');
    const shown = chainOf(socket.getPeerCertificate(true)).find(({ raw }) =>
      createHash('sha256').update(raw).digest('hex').startsWith(code.authority),
    );
    if (shown === undefined) throw new EnrolmentError('not-this-centre', url.host);
    return `-----BEGIN CERTIFICATE-----\n${shown.raw.toString('base64')}\n-----END CERTIFICATE-----\n`;
  } catch (cause) {
    if (cause instanceof EnrolmentError) throw cause;
    throw new EnrolmentError('centre-unreachable', (cause as Error).message, cause);
  } finally {
    socket.destroy();
  }
}

function chainOf(leaf: DetailedPeerCertificate): readonly DetailedPeerCertificate[] {
  const chain: DetailedPeerCertificate[] = [];
  // The root's issuer is the root itself.
  for (let at = leaf; at?.raw !== undefined && !chain.includes(at); at = at.issuerCertificate) chain.push(at);
  return chain;
}
