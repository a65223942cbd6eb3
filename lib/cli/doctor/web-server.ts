/**
 * Check of the web server of the push host: what it adds, refuses and hides. Nothing is asked with credentials, and all
 * that is asked for is not there: nothing is written even where it should be refused and is not.
 */
import { randomUUID } from 'node:crypto';
import type { Config } from '../../config.ts';
import { realmOf } from '../../front/pulp-settings.ts';
import type { Ask, Question } from './ask.ts';
import { readChallenge } from './challenge.ts';
import type { Check } from './finding.ts';
import { checkPushHosts, openHost, type Problem, type PushHost } from './push-host.ts';

const REMEDY = 'Use the configuration of scripts/deploy.';
const DIGEST = `sha256:${'0'.repeat(64)}`;

/** Asks every push host what Pulp sees of a name, and for what has to be refused. */
export function checkWebServer(config: Config, signal: AbortSignal): Check {
  const { pathPrefix: prefix, publicUrl } = config;
  const good = `adds ${prefix}/ once, refuses DELETE, .. and %2F`;
  const askFront = openHost(config, publicUrl.host, signal);
  return checkPushHosts(config, signal, good, async (host) => {
    return (
      (await findWrongName(host, prefix)) ??
      (await findOpenDoor(host)) ??
      (await findWrongFront(askFront, host.host, realmOf(publicUrl)))
    );
  });
}

/** What is typed, with the prefix or without, is one name to Pulp; its challenge tells which. */
async function findWrongName({ ask, name }: PushHost, prefix: string): Promise<Problem> {
  const pull = `repository:${prefix}/${name}:pull`;
  const push = `repository:${prefix}/${name}:push`;
  const from = 'kpr-doctor/none';
  const mount = `?mount=${DIGEST}&from=`;
  const upload = `/v2/${name}/blobs/uploads/${randomUUID()}`;
  const expected: [path: string, scopes: string[], question?: Question][] = [
    [`/v2/${name}/manifests/none`, [pull]],
    [`/v2/${prefix}/${name}/manifests/none`, [pull]],
    [`/extensions/v2/${name}/signatures/${DIGEST}`, [pull]],
    [`${upload}${mount}${from}`, [push, `repository:${prefix}/${from}:pull`], { method: 'PATCH' }],
    [`${upload}${mount}${prefix}/${from}`, [push, `repository:${prefix}/${from}:pull`], { method: 'PATCH' }],
  ];
  for (const [path, scopes, question] of expected) {
    const { status, headers } = await ask(path, question);
    const seen = readChallenge(headers['www-authenticate'])?.scopes ?? [];
    if (seen.join(' ') === scopes.join(' ')) continue;
    const what = seen.length > 0 ? `is ${seen.join(' ')} to Pulp` : `does not reach Pulp's registry (${status})`;
    return `${path} ${what}, and should be ${scopes.join(' ')}. ${REMEDY}`;
  }
  return null;
}

async function findOpenDoor({ ask, name }: PushHost): Promise<Problem> {
  for (const what of ['manifests', 'blobs']) {
    const { status } = await ask(`/v2/${name}/${what}/${DIGEST}`, { method: 'DELETE' });
    if (status !== 405) return `DELETE of ${what} is answered ${status} in place of 405. ${REMEDY}`;
  }
  for (const path of [`/v2/${name}/../none/manifests/none`, `/v2/${name.replace('/', '%2F')}/manifests/none`]) {
    const { status } = await ask(path);
    if (status !== 400) return `${path} is answered ${status} in place of 400. ${REMEDY}`;
  }
  const { status } = await ask('/pulp/api/v3/status/');
  return status === 200 ? `Pulp's own API can be reached at /pulp/api/v3/. ${REMEDY}` : null;
}

/** Anonymously, which anybody may. */
async function findWrongFront(ask: Ask, service: string, realm: string): Promise<Problem> {
  const { status, body } = await ask(`/token?${new URLSearchParams({ service }).toString()}`);
  if (status === 200 && body.includes('"access_token"')) return null;
  return `${realm} answers ${status} and gives no token. Start kpr, and send all but /v2/ and /extensions/v2/ to KPR_LISTEN.`;
}
