/** Answers that many attacks get. */
import { both } from './attack.ts';

export const NOTHING_GRANTED = both(200, '', 'granted: nothing');
/** An ordinary grant: what else was asked for is left out. */
export const SEED_GRANTED = both(200, '', 'granted: repository kpr.push/acme/web/seed: pull, push');

export const NO_PATH = both(401, 'DENIED', 'no push path (ORG/NAME, ORG/PRODUCT/NAME, id/ORG/[PRODUCT/]NAME)');
export const WRONG_LOGIN = both(401, 'UNAUTHORIZED', 'wrong login, password or token (podman login push.example.com)');
export const TOO_MANY = both(401, 'UNAUTHORIZED', 'too many failed logins (wait N s)');
export const NOT_OURS = both(400, 'UNSUPPORTED', 'unknown service: tokens are for push.example.com');
export const NO_SUCH_METHOD = both(
  405,
  'UNSUPPORTED',
  'ask by GET with Basic credentials, or by POST with grant_type=password',
);

/** Pulp's, for a token that it does not take. */
export const BAD_TOKEN = both(
  401,
  'UNAUTHORIZED',
  'Access to the requested resource is not authorized. The provided Bearer token is invalid.',
);
/** Pulp's, for a good token without what is asked for. */
export const NOT_IN_TOKEN = both(401, 'UNAUTHORIZED', 'Insufficient permissions');
/** Pulp's, where nothing it looks at names anybody. */
export const NOBODY = both(401, 'UNAUTHORIZED', 'Authentication credentials were not provided.');

/** The web servers' own. */
export const NO_SUCH_PATH = {
  apache: both(400, 'NAME_INVALID', 'no such path, or no proper request').apache,
  nginx: both(400, 'NAME_INVALID', 'no such path').nginx,
};
export const NOT_PROPER = {
  apache: NO_SUCH_PATH.apache,
  nginx: both(400, 'UNSUPPORTED', 'no proper request').nginx,
};
export const TOO_LONG = both(414, 'NAME_INVALID', 'path too long');
export const DELETE_IN_KATELLO = both(405, 'UNSUPPORTED', 'delete it in Katello');

/** Who may not push there. */
export function mayNotPush(login: string, path: string, organization: string): ReturnType<typeof both> {
  const needs = `needs view_products and sync_products there, and membership of ${organization}`;
  return both(401, 'DENIED', `${login} may not push to ${path} (${needs})`);
}

/** The daemon's, for a path that it does not serve. */
export const NOT_SERVED = both(404, 'E_NOT_FOUND', 'there is nothing here');
