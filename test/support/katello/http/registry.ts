/**
 * Katello's registry, where images are pulled: Katello asks Pulp and passes on what it says. Who may pull what is left out:
 * everybody may pull everything.
 */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { type Door, identify, send } from '../../send.ts';

/** True for a request to the registry. */
export function isForRegistry({ url = '' }: IncomingMessage): boolean {
  return url === '/v2' || url.startsWith('/v2/');
}

/** Answers GET and HEAD below `/v2/`; blobs are redirects to Pulp's content app. */
export function createRegistryListener(pulp: Door): RequestListener {
  return (request, response) => {
    pull(pulp, request, response).catch(() => refuse(response, 503, 'UNAVAILABLE', 'Pulp does not answer'));
  };
}

/** What is true of Katello too. Pulp announces its signatures besides, which Katello does not have. */
const HEADERS = [
  'content-type',
  'content-length',
  'docker-content-digest',
  'docker-distribution-api-version',
  'link',
  'location',
];

async function pull(pulp: Door, { method = 'GET', url = '/', headers }: IncomingMessage, response: ServerResponse) {
  if (method !== 'GET' && method !== 'HEAD') {
    return refuse(response, 405, 'UNSUPPORTED', 'images are only pulled here: push to the push host');
  }
  const path = url === '/v2' ? '/v2/' : url;
  const answer = await send(pulp, method, path, { headers: { ...identify(pulp), accept: headers.accept ?? '*/*' } });
  for (const [name, value] of answer.headers) if (HEADERS.includes(name)) response.setHeader(name, value);
  response.writeHead(answer.status).end(Buffer.from(await answer.arrayBuffer()));
}

function refuse(response: ServerResponse, status: number, code: string, message: string): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ errors: [{ code, message, detail: {} }] }));
}
