import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { Admission } from '../admission.ts';
import type { ServerIdentity } from '../authority/server-identity.ts';
import { allReports, oddReports, reportsOfStation } from '../ledger/store.ts';
import { serveMedia } from '../media/serve.ts';
import { postClientCertificate, postClientRevoke, postEnrol, postRevoke, postStations } from './enrolment.ts';
import { hasToken, sendJson } from './http.ts';
import type { ApiOptions } from './options.ts';
import { getOrder, getOrders, getWatch, postCancel, postOrder } from './orders.ts';
import { getPolicy, postPolicy } from './policies.ts';

/** As at the MQTT port; more at once, for an order that is for everyone is fetched by everyone. */
const ADMITTED = { perSecond: 250, burst: 2_000 };
const HANDSHAKE_MS = 10_000;
const LIMITS = { requestTimeout: 30_000, headersTimeout: 10_000, connectionsCheckingInterval: 5_000 };

export interface HttpServer {
  readonly url: string;
  close(): Promise<void>;
}

/** The centre's HTTP server: recordings for anybody, enrolment by code, the API for whoever has the token. */
export async function startHttpServer(
  host: string,
  port: number,
  identity: ServerIdentity | undefined,
  api: ApiOptions,
): Promise<HttpServer> {
  const answer = (request: IncomingMessage, response: ServerResponse) => {
    route(api, request, response).catch((error: unknown) => fail(api, request, response, error));
  };
  const server = identity
    ? createHttpsServer({ ...LIMITS, handshakeTimeout: HANDSHAKE_MS, ...identity.options }, answer)
    : createServer(LIMITS, answer);
  admit(server);
  if ('setSecureContext' in server) identity?.keep(server);
  server.listen(port, host);
  await once(server, 'listening');
  const { port: actual } = server.address() as AddressInfo;
  return {
    url: `${identity ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${actual}`,
    close: () => close(server),
  };
}

/** Closes what is too much before it costs a handshake: in front of what the server itself does with a connection. */
function admit(server: Server): void {
  const admission = new Admission(ADMITTED);
  const welcomes = server.listeners('connection');
  server.removeAllListeners('connection');
  server.on('connection', (socket) => {
    if (!admission.take(socket.remoteAddress ?? '')) socket.destroy();
    else for (const welcome of welcomes) welcome.call(server, socket);
  });
}

async function route(api: ApiOptions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const address = request.url ?? '/';
  if (!URL.canParse(address, 'http://centre')) return sendJson(response, 400, { error: 'bad-address' });
  const { pathname, searchParams } = new URL(address, 'http://centre');
  const [first, second, third, fourth, ...rest] = pathname.split('/').slice(1);
  if (rest.length > 0) return notFound(response);
  if (first === 'media' && second !== undefined && third === undefined) {
    return serveMedia(api.media, second, request, response);
  }
  if (first === 'enrol' && second === undefined && request.method === 'POST') {
    return postEnrol(api, request, response);
  }
  if (first !== 'api') return notFound(response);
  if (!hasToken(request, api.token)) {
    return sendJson(response.setHeader('www-authenticate', 'Bearer'), 401, { error: 'unauthorised' });
  }
  switch (`${request.method} ${second}${third === undefined ? '' : '/*'}${fourth === undefined ? '' : `/${fourth}`}`) {
    case 'POST orders':
      return postOrder(api, request, response);
    case 'GET orders':
      return getOrders(api, response);
    case 'GET orders/*':
      return getOrder(api, third ?? '', response);
    case 'GET orders/*/watch':
      return getWatch(api, third ?? '', response);
    case 'POST orders/*/cancel':
      return postCancel(api, third ?? '', request, response);
    case 'GET stations':
      return sendJson(response, 200, { stations: api.roster.all() });
    case 'POST stations':
      return postStations(api, request, response);
    case 'POST stations/*/revoke':
      return postRevoke(api, third ?? '', response);
    case 'POST clients/*/revoke':
      return postClientRevoke(api, third ?? '', response);
    case 'POST clients/*/certificate':
      return postClientCertificate(api, third ?? '', response);
    case 'GET policy':
      return getPolicy(api, undefined, response);
    case 'POST policy':
      return postPolicy(api, undefined, request, response);
    case 'GET stations/*/policy':
      return getPolicy(api, third, response);
    case 'POST stations/*/policy':
      return postPolicy(api, third, request, response);
    case 'POST stations/*/reset-key':
      return resetKey(api, third ?? '', response);
    case 'GET reports':
      return getReports(api, searchParams.get('station'), response);
    case 'POST keys/*':
      if (third !== 'reload') return notFound(response);
      await api.keyring.reload();
      return sendJson(response, 200, {});
    default:
      return notFound(response);
  }
}

async function getReports(api: ApiOptions, station: string | null, response: ServerResponse): Promise<void> {
  const reports = station === null ? await allReports(api.database) : await reportsOfStation(api.database, station);
  sendJson(response, 200, { reports, unreadable: await oddReports(api.database, station) });
}

async function resetKey(api: ApiOptions, station: string, response: ServerResponse): Promise<void> {
  if (!(await api.roster.resetKey(station))) return notFound(response);
  return sendJson(response, 200, { station, key: api.roster.get(station)?.key ?? null });
}

function notFound(response: ServerResponse): void {
  sendJson(response, 404, { error: 'not-found' });
}

/** A client that went away is no failure of ours. */
function fail(api: ApiOptions, request: IncomingMessage, response: ServerResponse, error: unknown): void {
  if (response.destroyed) return;
  api.log('error', 'request-failed', { method: request.method, url: request.url, error });
  if (response.headersSent) response.destroy();
  else sendJson(response, 500, { error: 'internal-error' });
}

async function close(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}
