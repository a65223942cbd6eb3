/**
 * The front: the token endpoint of Pulp's registry, and the only place where a person's rights are asked. It carries no
 * image; the bytes go straight to Pulp.
 */
import type { FastifyPluginAsync, FastifyRequest } from 'fastify';
import { errorFields } from '../log.ts';
import { toAnswer } from './answer.ts';
import { createAuthorize } from './authorize.ts';
import type { FrontDeps } from './deps.ts';
import { createFingerprint } from './fingerprint.ts';
import { createPeople } from './people.ts';
import { createPushProductMaker } from './push-product.ts';
import { addSignpost } from './signpost.ts';
import { createTokens } from './token.ts';
import { addTokenRoutes } from './token-routes.ts';

const BODY_BYTES = 16 * 1024;

/**
 * Routes `/token` and `/v2/`, to be registered on a server of its own or beside other routes; their bodies, headers and
 * errors stay within. Needs neither cookies nor a trusted proxy.
 */
export function createFront(deps: FrontDeps): FastifyPluginAsync {
  const { settings, readKey } = deps;
  const { realm: issuer, subject, tokenSeconds: seconds } = settings;

  return async (server) => {
    const fingerprint = createFingerprint();
    const people = createPeople(deps, fingerprint);
    const authorize = createAuthorize(deps, createPushProductMaker(deps));
    const tokens = createTokens({ issuer, subject, seconds, readKey });

    await server.register(async (scope) => {
      scope.removeAllContentTypeParsers();
      scope.addContentTypeParser<string>(
        'application/x-www-form-urlencoded',
        { parseAs: 'string', bodyLimit: BODY_BYTES },
        async (_request: FastifyRequest, body: string) => new URLSearchParams(body),
      );
      addTokenRoutes(scope, deps, { authorize, people, fingerprint, tokens });
    });
    await server.register(async (scope) => {
      scope.removeAllContentTypeParsers();
      scope.addContentTypeParser('*', async () => undefined); // thrown away unread
      scope.setErrorHandler((error, _, reply) => {
        deps.log.warn('signpost cannot answer', errorFields(error));
        const { status, body } = toAnswer(error);
        return reply.status(status).send(body);
      });
      addSignpost(scope, settings, tokens);
    });
  };
}
