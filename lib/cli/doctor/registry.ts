/**
 * Check of the second pulpcore-api, as clients reach it: does it send them to us, and does it take our tokens. All that is
 * asked for is not there, so that nothing is written even where it should be refused and is not.
 */
import { randomUUID } from 'node:crypto';
import type { Config } from '../../config.ts';
import { publicKeyFile } from '../../front/keys.ts';
import { realmOf } from '../../front/pulp-settings.ts';
import { createTokens, type Tokens } from '../../front/token.ts';
import type { Answer } from './ask.ts';
import { readChallenge } from './challenge.ts';
import { type Check, warn } from './finding.ts';
import { readTokenKey } from './keys.ts';
import { checkPushHosts, type Problem, type PushHost } from './push-host.ts';

const SEND_THERE = 'Send /v2/ to the second pulpcore-api (kpr-pulp-push).';

/** Asks every push host for its realm, for what Pulp sees as Host, and whether it takes a token of ours. */
export function checkRegistry(config: Config, signal: AbortSignal): Check {
  return async () => {
    const key = await readTokenKey(config);
    const { subject, seconds } = config.token;
    const issuer = realmOf(config.publicUrl);
    const tokens = key === null ? null : createTokens({ issuer, subject, seconds, readKey: () => key });
    const found = await checkPushHosts(config, signal, 'realm, Host and a token of ours fit', async (host) => {
      return (await findWrongDoor(config, host)) ?? (tokens && findRefusal(config, host, tokens));
    })();
    const isHalf = tokens === null && found.result === 'ok' && config.roles.includes('front');
    return isHalf ? warn('realm and Host fit. There is no key yet to try a token: start kpr, ask again.') : found;
  };
}

/** Where clients are sent, and by whom. */
async function findWrongDoor({ publicUrl }: Config, { host, ask, name }: PushHost): Promise<Problem> {
  const { status, headers } = await ask('/v2/');
  const challenge = readChallenge(headers['www-authenticate']);
  const realm = realmOf(publicUrl);
  if (status !== 401 || !challenge) return `/v2/ answers ${status} and asks for no token. ${SEND_THERE}`;
  if (challenge.scheme !== 'bearer') {
    return `/v2/ asks for ${challenge.scheme} credentials. Set TOKEN_AUTH_DISABLED=False there. ${SEND_THERE}`;
  }
  if (challenge.realm !== realm) {
    return `realm is ${challenge.realm}. Set TOKEN_SERVER=${realm}, restart kpr-pulp-push.`;
  }
  if (challenge.service !== host) {
    return `Pulp sees Host ${challenge.service} in place of ${host}. Let the web server pass Host on (ProxyPreserveHost On; proxy_set_header Host $http_host).`;
  }
  const named = readChallenge((await ask(`/v2/${name}/manifests/none`)).headers['www-authenticate']);
  return named?.scopes.length ? null : `/v2/ is not answered by Pulp's registry. ${SEND_THERE}`;
}

async function findRefusal(config: Config, { host, ask, name }: PushHost, tokens: Tokens): Promise<Problem> {
  const { pathPrefix, stateDir, token } = config;
  const bearer = async (access: Parameters<Tokens['issue']>[1]) => {
    const { token: text } = await tokens.issue(host, access);
    return { authorization: `Bearer ${text}` };
  };
  const welcome = await ask('/v2/', { headers: await bearer([]) });
  if (welcome.status !== 200) return describeRefusal(welcome, publicKeyFile(stateDir), token.subject);

  // an upload that never began, in a repository that is not there: Pulp makes neither (pulp_container 2.27 to 2.30)
  const unprefixed = { type: 'repository', name, actions: ['pull', 'push'] } as const;
  const upload = `/v2/${name}/blobs/uploads/${randomUUID()}`;
  const { status } = await ask(upload, { method: 'PATCH', headers: await bearer([unprefixed]) });
  if (status === 401) return null;
  return `a push outside of ${pathPrefix}/ is not refused (${status}). Let the web server add the prefix, as scripts/deploy has it.`;
}

/** pulp_container fails where it cannot read the key, and names no error where it does not know the subject. */
function describeRefusal({ status, headers }: Answer, keyFile: string, subject: string | null): string {
  if (status >= 500) {
    return `Pulp fails at a token of ours (${status}). Set PUBLIC_KEY_PATH=${keyFile}, and let Pulp's user read it.`;
  }
  const isKnown = readChallenge(headers['www-authenticate'])?.error !== null;
  if (!isKnown && subject !== null) return `Pulp has no user ${subject}. Make it, or unset KPR_TOKEN_SUBJECT.`;
  return `Pulp refuses a token of ours (${status}). Set PUBLIC_KEY_PATH=${keyFile} and TOKEN_SIGNATURE_ALGORITHM=ES256, restart kpr-pulp-push; compare the clocks.`;
}
