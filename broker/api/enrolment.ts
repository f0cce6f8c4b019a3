import type { IncomingMessage, ServerResponse } from 'node:http';
import * as v from 'valibot';
import { validate } from '../../protocol/decode.ts';
import { enrolmentRequestSchema, stationPlanSchema } from '../../protocol/enrolment.ts';
import { type FieldProblem, Refusal } from '../../protocol/refusal.ts';
import { liveOrdersOf } from '../orders/in-force.ts';
import { readBody, sendJson, sendRefusal } from './http.ts';
import type { ApiOptions } from './options.ts';

const AT_ONCE = 1_000;
const plansSchema = v.strictObject({
  stations: v.pipe(v.array(stationPlanSchema), v.minLength(1), v.maxLength(AT_ONCE, `at most ${AT_ONCE} at once`)),
});

/** `POST /enrol`, open to everybody: whoever has a code that counts becomes its station. */
export async function postEnrol(api: ApiOptions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  // A body that is too long costs the request its socket.
  const peer = request.socket.remoteAddress ?? '';
  if (!api.enrolment.mayTry(peer)) return sendBusy(response);
  const body = await readBody(request, response);
  const asked = body.ok ? validate(enrolmentRequestSchema, body.value) : body;
  if (!asked.ok) api.enrolment.noteUnreadable(peer);
  const answer = asked.ok ? await api.enrolment.enrol(asked.value, peer) : asked;
  if (answer.ok) return sendJson(response, 200, answer.value);
  // Others came in the meantime; it is in the log already.
  if (answer.refusal.code === 'busy') return sendBusy(response);
  api.log('warn', 'enrolment-refused', { peer, code: answer.refusal.code });
  return sendRefusal(response, answer.refusal);
}

/** The connection ends with it: the next request costs a handshake, and there is a limit to those [P-121]. */
function sendBusy(response: ServerResponse): void {
  sendRefusal(response.setHeader('connection', 'close'), new Refusal('busy', 'too many wrong codes'));
}

/** `POST /api/stations`: what stations are to be; a code for each. */
export async function postStations(api: ApiOptions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await readBody(request, response);
  const plans = body.ok ? validate(plansSchema, body.value) : body;
  if (!plans.ok) return sendRefusal(response, plans.refusal);
  // At the broker a name is one session [P-91].
  const clients = api.keyring.manifest.keys.flatMap((key) => (key.use === 'client' ? [key.client] : []));
  const fields: FieldProblem[] = [];
  for (const [at, { station }] of plans.value.stations.entries()) {
    // A station that is there gets its code whatever came after it; the connection of the client is what is refused.
    if (!clients.includes(station) || (await api.enrolment.isPlanned(station))) continue;
    fields.push({ path: `stations.${at}.station`, problem: 'is the name of an ordering client' });
  }
  if (fields.length > 0) return sendRefusal(response, new Refusal('invalid-fields', '', { fields }));
  return sendJson(response, 200, { codes: await api.enrolment.add(plans.value.stations) });
}

/** `POST /api/stations/ID/revoke`: its certificate counts no more, and its session ends. */
export async function postRevoke(api: ApiOptions, station: string, response: ServerResponse): Promise<void> {
  const certificates = await api.enrolment.revoke({ id: station, role: 'station' });
  api.roster.revoked(station);
  sendJson(response, 200, { station, certificates });
}

/** `POST /api/clients/ID/revoke`: neither its keys nor its certificates count, and its session ends [P-107]. */
export async function postClientRevoke(api: ApiOptions, client: string, response: ServerResponse): Promise<void> {
  const keys = await api.keyring.revokeClient(client);
  const certificates = await api.enrolment.revoke({ id: client, role: 'client' });
  const orders = await liveOrdersOf(api.database, client);
  sendJson(response, 200, { client, keys, certificates, orders });
}

/** `POST /api/clients/ID/certificate`: for the newest key of an ordering client in the manifest. */
export async function postClientCertificate(api: ApiOptions, client: string, response: ServerResponse): Promise<void> {
  const entry = api.keyring.keysOf(client).at(-1);
  if (entry === undefined) return sendRefusal(response, new Refusal('unknown-key', client));
  if (api.roster.get(client) !== undefined || (await api.enrolment.isPlanned(client))) {
    const fields = [{ path: 'client', problem: 'is the name of a station' }];
    return sendRefusal(response, new Refusal('invalid-fields', client, { fields }));
  }
  const { certificate, expiresAt } = await api.enrolment.certify(client, entry.key);
  return sendJson(response, 200, { client, certificate, authority: api.enrolment.authority, expiresAt });
}
