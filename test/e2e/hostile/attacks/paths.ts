/** Paths at the push host, each with a genuine token to push to acme/web/seed. */
import { NO_SUCH_PATH, NOT_IN_TOKEN, NOT_PROPER, NOT_SERVED, TOO_LONG } from '../answers.ts';
import { type Attack, attacksOf, both } from '../attack.ts';
import { sendWith, tokenOf } from '../client.ts';
import type { Site } from '../site.ts';
import type { Answer, Request } from '../wire.ts';

/** With a token of `dev` for the repository that `dev` may push to. */
export async function sendAsDev({ gate }: Site, target: string, request: Request = {}): Promise<Answer> {
  return sendWith(gate, await tokenOf(gate, { scopes: ['repository:acme/web/seed:pull,push'] }), target, request);
}

/** The first request of a push to this name. */
function pushTo(name: string): Attack['send'] {
  return (site) => sendAsDev(site, `/v2/${name}/blobs/uploads/`, { method: 'POST' });
}

function get(target: string): Attack['send'] {
  return (site) => sendAsDev(site, target);
}

const NOT_FOUND = both(404, '', 'Not Found');

export const PATH_ATTACKS: readonly Attack[] = [
  ...attacksOf(NOT_IN_TOKEN, pushTo, [
    ['v2-other', "another organization's repository", 'globex/secret'],
    ['v2-prefix-twice', 'the prefix behind the prefix', 'kpr.push/kpr.push/acme/web/seed'],
    ['v2-prefix-escaped', 'an escape in the prefix', '%6bpr.push/globex/secret'],
    ['v2-parameter', 'a path parameter', 'acme/web/seed;x=1'],
    ['v2-parameter-out', 'a way out with a path parameter', 'acme/web/seed/..;x=1/..;/secret'],
    ['v2-double', 'a way out encoded twice', 'acme/web/seed/%252e%252e'],
    ['v2-overlong', 'a way out in overlong UTF-8', 'acme/web/seed/%c0%ae%c0%ae'],
    ['v2-cyrillic', 'a Cyrillic letter that looks like an a', '%d0%b0cme/web/seed'],
    ['v2-cyrillic-raw', 'the same unescaped', '\u0430cme/web/seed'],
    ['v2-full-width', 'a full stop that looks like two', 'acme/web/seed/%e2%80%a5'],
    ['v2-upper-case', 'upper case', 'ACME/web/seed'],
    ['v2-300', 'a name of 300 characters', `acme/web/${'a'.repeat(300)}`],
  ]),
  ...attacksOf(NO_SUCH_PATH, pushTo, [
    ['v2-way-out', 'a way out', 'acme/web/seed/../../../globex/secret'],
    ['v2-encoded-out', 'an encoded way out', 'acme/web/seed/%2e%2e/%2E%2E'],
    ['v2-half-encoded', 'a half encoded way out', 'acme/web/seed/.%2e'],
    ['v2-dot', 'a dot as segment', 'acme/./web/seed'],
    ['v2-empty', 'an empty segment', 'acme//web/seed'],
    ['v2-backslash', 'a backslash', 'acme\\web\\seed'],
    ['v2-encoded-backslash', 'an encoded backslash', 'acme/web/seed%5c..%5c'],
  ]),
  ...attacksOf(
    { apache: NO_SUCH_PATH.apache, nginx: both(400, 'NAME_INVALID', 'no escaped slash in a name').nginx },
    pushTo,
    [['v2-encoded-slash', 'an encoded slash', 'acme%2Fweb%2Fseed']],
  ),
  ...attacksOf({ apache: both(404, 'NAME_INVALID', 'no such path').apache, nginx: NOT_PROPER.nginx }, pushTo, [
    ['v2-nul', 'an encoded NUL byte', 'acme/web/seed%00'],
  ]),
  ...attacksOf({ apache: both(403, 'NAME_INVALID', 'no such path').apache, nginx: NOT_IN_TOKEN.nginx }, pushTo, [
    ['v2-question', 'an encoded question mark', 'acme/web/seed%3f'],
  ]),
  ...attacksOf({ apache: NO_SUCH_PATH.apache, nginx: NOT_FOUND.nginx }, pushTo, [
    ['v2-fragment', 'a fragment', 'acme/web/seed#'],
  ]),
  ...attacksOf(NOT_FOUND, pushTo, [['v2-line-end', 'an encoded line end', 'acme/web/seed%0d%0aX-Evil:%201']]),
  ...attacksOf(both(400, '', 'Bad Request'), pushTo, [['v2-escape', 'a terminal escape', 'acme/web/%1b%5b2J']]),
  ...attacksOf(TOO_LONG, pushTo, [['v2-20000', 'a name of 20 000 characters', `acme/web/${'a'.repeat(20_000)}`]]),
  ...attacksOf(NOT_IN_TOKEN, get, [
    ['v2-catalog', 'the catalog', '/v2/_catalog'],
    ['v2-root', 'the version', '/v2/'],
  ]),
  ...attacksOf(NO_SUCH_PATH, get, [['api-way-out', "Pulp's API, by a way out", '/v2/../pulp/api/v3/repositories/']]),
  ...attacksOf(NOT_SERVED, get, [
    ['pulp-api', "Pulp's API", '/pulp/api/v3/repositories/'],
    ['pulp-token', "Pulp's own token endpoint", '/token/'],
    ['pulp-index', "Pulp's index for Flatpak", '/index/static'],
    ['pulp-content', "Pulp's content app", '/pulp/container/kpr.push/globex/secret/'],
    ['katello-path', "Katello's own path to Pulp's registry", '/pulpcore_registry/v2/acme/web/seed/tags/list'],
    ['v2-upper', 'the version in upper case', '/V2/globex/secret/tags/list'],
    ['reactor-metrics', "the reactor's metrics", '/metrics'],
  ]),
  ...attacksOf(both(401, 'E_REFUSED', 'wrong login, password or token'), get, [
    ['reactor-api', "the reactor's API", '/api/v1/status'],
  ]),
  ...attacksOf(both(401, '', 'Sign in · kpr'), get, [
    ['queues', "the reactor's queues", '/queues'],
    ['queues-data', "the reactor's queues as data", '/queues/api/queues'],
    ['queues-slash', 'the same, with a slash behind', '/queues/'],
  ]),
];
