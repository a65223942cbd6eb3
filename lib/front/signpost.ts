/** `/v2/` for those who take the front for the registry: lets them log in and says where to push. Carries nothing. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isPathSegment } from '../domain/path.ts';
import { errorsBody } from './answer.ts';
import type { FrontSettings } from './deps.ts';
import type { Tokens } from './token.ts';

export function addSignpost(
  server: FastifyInstance,
  { realm, host, registryHosts }: Pick<FrontSettings, 'realm' | 'host' | 'registryHosts'>,
  tokens: Tokens,
): void {
  const registry = registryHosts.find((name) => name !== host) ?? registryHosts[0] ?? host;

  function challenge(reply: FastifyReply, isWrong: boolean): FastifyReply {
    const why = isWrong ? ',error="invalid_token"' : '';
    return reply
      .status(401)
      .header('www-authenticate', `Bearer realm="${realm}",service="${host}"${why}`)
      .send(errorsBody('UNAUTHORIZED', `log in to push to ${registry}`));
  }

  async function answer(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const [, token] = /^bearer +(\S+)$/i.exec(request.headers.authorization ?? '') ?? [];
    if (token === undefined || !(await tokens.isValid(token, host))) return challenge(reply, token !== undefined);

    const name = nameIn(request.url);
    if (name === '') return reply.send({});
    const message = `no images here: push to ${registry}/${name ?? 'ORG/NAME'}`;
    return reply.status(404).send(errorsBody('NAME_UNKNOWN', message));
  }

  server.addHook('onRequest', async (_, reply) => {
    reply.headers({ 'docker-distribution-api-version': 'registry/2.0', 'x-content-type-options': 'nosniff' });
  });
  for (const url of ['/v2', '/v2/', '/v2/*']) server.all(url, answer);
}

/** The repository that the URL names; empty for `/v2/` itself, null for a name that no client types. */
function nameIn(url: string): string | null {
  const path = url.split('?', 1)[0]?.replace(/^\/v2\/?/, '') ?? '';
  const [, name = path] = /^(.+)\/(?:blobs|manifests|tags|referrers)\/[^/]*(?:\/[^/]*)?$/.exec(path) ?? [];
  return name === '' || name.split('/').every(isPathSegment) ? name : null;
}
