/**
 * `/hooks/…`: whoever saw a push may say so. What they say wakes the detector and is not believed.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import { Webhook, WebhookVerificationError } from 'standardwebhooks';
import { type HookKind, pathsOfHook } from '../domain/hook.ts';
import { RequestError } from './answer.ts';

export interface HooksDeps {
  /** `whsec_` and base64; null: signatures are not taken */
  readonly secret: () => string | null;
  /** null: bearer tokens are not taken */
  readonly token: () => string | null;
  /** false when a message of this id came before */
  readonly noteId: (id: string) => Promise<boolean>;
  /** null: any path */
  readonly hint: (source: HookKind, path: string | null) => void;
  /** reserved first segment, which people may type or leave out */
  readonly prefix: string;
  /** ms from any fixed point */
  readonly now: () => number;
}

const KINDS = ['cloudevents', 'distribution', 'plain'] as const satisfies readonly HookKind[];
const BODY_BYTES = 256 * 1024;
/** In one second, all senders together. */
const MOST_HOOKS = 50;
const SECOND_MS = 1000;
const LONGEST_ID = 200;

/**
 * Answers 202 to a hint that was taken; 401 without a good signature or token; 404 where hints are off; 409 to an id that
 * was seen; 413 to a body above 256 KiB; 429 above 50 a second.
 *
 * Signatures are those of Standard Webhooks, five minutes old at most. Of both only one is needed.
 */
export function createHooks(deps: HooksDeps): FastifyPluginAsync {
  return async (server) => {
    server.removeAllContentTypeParsers();
    server.addContentTypeParser<string>(
      '*',
      { parseAs: 'string', bodyLimit: BODY_BYTES },
      async (_: FastifyRequest, body: string) => body,
    );
    const mayPass = createLimit(deps.now);

    const onRequest = async (_: FastifyRequest, reply: FastifyReply) => {
      if (deps.secret() === null && deps.token() === null)
        throw new RequestError(404, 'hints are off', 'set KPR_HOOK_SECRET or KPR_HOOK_TOKEN');
      if (mayPass()) return undefined;
      return refuse(reply.header('retry-after', '1'), 429, 'E_USAGE', 'too many hints', 'one is enough');
    };
    for (const kind of KINDS) {
      server.post(`/hooks/${kind}`, { onRequest }, async (request, reply) => {
        const text = typeof request.body === 'string' ? request.body : '';
        if (!isAuthentic(deps, request, text)) {
          return refuse(
            reply.header('www-authenticate', 'Bearer'),
            401,
            'E_AUTH',
            'neither a good signature nor a good token',
            'check the secret, and the clock',
          );
        }
        const paths = pathsOfHook(kind, parse(text), deps.prefix);
        const id = request.headers['webhook-id'];
        if (typeof id === 'string' && !(await deps.noteId(id.slice(0, LONGEST_ID)))) {
          return refuse(reply, 409, 'E_USAGE', 'a message of this id was seen', null);
        }
        for (const path of paths) deps.hint(kind, path);
        return reply.status(202).send({ paths });
      });
    }
  };
}

function refuse(reply: FastifyReply, status: number, code: string, message: string, hint: string | null): FastifyReply {
  return reply.status(status).send({ error: { code, reason: null, message, hint } });
}

function parse(text: string): unknown {
  try {
    return text === '' ? {} : JSON.parse(text);
  } catch {
    throw new RequestError(400, 'the body is no JSON');
  }
}

function isAuthentic({ secret, token }: HooksDeps, { headers }: FastifyRequest, text: string): boolean {
  const [key, bearer] = [secret(), token()];
  const signed = signatureOf(headers);
  if (key !== null && signed) return isSigned(key, signed, text);
  const given = /^Bearer (.+)$/i.exec(headers.authorization ?? '')?.[1];
  return bearer !== null && given !== undefined && isSame(given, bearer);
}

interface Signature extends Record<string, string> {
  readonly 'webhook-id': string;
  readonly 'webhook-timestamp': string;
  readonly 'webhook-signature': string;
}

function signatureOf(headers: FastifyRequest['headers']): Signature | null {
  const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature } = headers;
  const isWhole = typeof id === 'string' && typeof timestamp === 'string' && typeof signature === 'string';
  return isWhole ? { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature } : null;
}

function isSigned(secret: string, headers: Signature, text: string): boolean {
  try {
    new Webhook(secret).verify(text, headers, { jsonParse: false });
    return true;
  } catch (error) {
    if (error instanceof WebhookVerificationError) return false;
    throw error;
  }
}

/** Takes as long whatever is given. */
function isSame(given: string, wanted: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(wanted));
}

/** So many in each second. */
function createLimit(now: () => number): () => boolean {
  let [begunAt, count] = [now(), 0];
  return () => {
    if (now() - begunAt >= SECOND_MS) [begunAt, count] = [now(), 0];
    count += 1;
    return count <= MOST_HOOKS;
  };
}
