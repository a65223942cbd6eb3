/** Puts a recorded request on the wire: credentials, cookies and ids of tasks as they are here. */
import type { Driver, WireAnswer } from './driver.ts';
import { isObject, listAt, textsIn } from './json.ts';
import { identityOf } from './people.ts';
import type { RecordedExchange } from './recording.ts';
import { addressOf, cookieOwnerOf, LOCKED_ADDRESS } from './trouble.ts';

/** The stand-in's own ids for recorded ones. */
export interface OwnIds {
  readonly tasks: ReadonlyMap<string, string>;
  readonly manifests: ReadonlyMap<number, number>;
}

export async function sendExchange(driver: Driver, exchange: RecordedExchange, ids: OwnIds): Promise<WireAnswer> {
  const { request } = exchange;
  return driver.send({
    method: request.method,
    path: withOwnTasks(request.path, ids),
    headers: await headersOf(driver, exchange),
    body: bodyOf(exchange, ids),
    from: addressOf(exchange),
  });
}

async function headersOf(driver: Driver, exchange: RecordedExchange): Promise<Record<string, string>> {
  const { request, response, as } = exchange;
  const isRefused = [...textsIn(response.body)].some((text) => text.startsWith('Unable to authenticate user '));
  const identity = identityOf(as, isRefused);
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) {
    if (value === null || ['Host', 'Authorization', 'Cookie'].includes(name)) continue;
    headers[name.toLowerCase()] = value.replaceAll('192.0.2.7', LOCKED_ADDRESS);
  }
  const hasCredential = typeof request.headers['Authorization'] === 'string';
  if (identity.authorization !== null && hasCredential) headers['authorization'] = identity.authorization;
  const owner = identity.cookieOf ?? cookieOwnerOf(exchange);
  if (owner !== null && request.headers['Cookie'] !== undefined) headers['cookie'] = await cookieOf(driver, owner);
  return headers;
}

async function cookieOf(driver: Driver, login: string): Promise<string> {
  const answer = await driver.send({
    method: 'GET',
    path: '/api/v2/current_user',
    headers: { authorization: identityOf(login, false).authorization ?? '' },
    body: null,
    from: '127.0.0.1',
  });
  return [answer.headers['set-cookie']].flat()[0]?.split(';')[0] ?? '';
}

/** A text body was sent as it stands, anything else as JSON. */
function bodyOf({ request }: RecordedExchange, ids: OwnIds): string | null {
  if (request.body === null || request.body === undefined) return null;
  if (typeof request.body === 'string') return request.body;
  const units = listAt(request.body, 'ids').map((id) => (typeof id === 'number' ? (ids.manifests.get(id) ?? id) : id));
  const body = isObject(request.body) && units.length > 0 ? { ...request.body, ids: units } : request.body;
  return withOwnTasks(JSON.stringify(body), ids);
}

function withOwnTasks(text: string, { tasks }: OwnIds): string {
  return text.replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, (id) => tasks.get(id) ?? id);
}
