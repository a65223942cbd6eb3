/**
 * `/login`, `/logout`: a login of Katello in, cookies out.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Caller } from '../domain/caller.ts';
import { describeReason, isReason } from '../domain/reason.ts';
import { RefusedError } from '../errors.ts';
import { RequestError } from './answer.ts';
import { renderSignIn } from './pages/sign-in.ts';
import { read } from './read.ts';
import { clearCookies, isOfOrigin, readSessionId, type Sessions, setCookies } from './session.ts';
import { TO_LOOK } from './visitor.ts';

export interface SignInDeps {
  readonly sessions: Sessions;
  readonly sessionSeconds: number;
  /** of KPR_PUBLIC_URL, as browsers name it */
  readonly origin: string;
  /**
   * What the login may do now; null for one that may not look.
   *
   * @throws E_REFUSED bad-credentials, too-many-failures; whatever Katello's silence throws
   */
  readonly signIn: (
    credential: { readonly login: string; readonly password: string },
    request: FastifyRequest,
  ) => Promise<Caller | null>;
  readonly onSignedIn: (caller: Caller, request: FastifyRequest) => void;
}

const Form = z.object({ login: z.string().max(4096), password: z.string().max(4096), next: z.string().optional() });

/** Signing in needs no session; a page of another site cannot do it either. */
export function addSignInRoutes(server: FastifyInstance, deps: SignInDeps): void {
  const { sessions, sessionSeconds, origin } = deps;

  server.get('/login', async (_request, reply) => reply.redirect('/', 303));

  server.post('/login', async (request, reply) => {
    if (!isOfOrigin(request, origin)) throw new RequestError(403, 'another site sent this', `open ${origin}`);
    const { login, password, next } = read(Form, request.body);
    const again = { login, next: safeNext(next) };
    try {
      const caller = await deps.signIn({ login, password }, request);
      if (!caller) return sendForm(reply, 403, { ...again, problem: `${login} may not look here: ${TO_LOOK}` });

      const before = readSessionId(request);
      if (before !== null) await sessions.close(before);
      const { id, session } = await sessions.open(caller);
      setCookies(reply, id, session, sessionSeconds);
      deps.onSignedIn(caller, request);
      return await reply.redirect(again.next, 303);
    } catch (error) {
      if (error instanceof RefusedError) return sendForm(reply, 401, { ...again, problem: describe(error) });
      throw error;
    }
  });
}

/** Ends the session of a form that was checked; also for who is signed in no more. */
export async function signOut(
  request: FastifyRequest,
  reply: FastifyReply,
  sessions: Pick<Sessions, 'close'>,
): Promise<FastifyReply> {
  const id = readSessionId(request);
  if (id !== null) await sessions.close(id);
  clearCookies(reply);
  return reply.redirect('/', 303);
}

/** 401 with the form. */
export function askToSignIn(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const isPage = request.method === 'GET' || request.method === 'HEAD';
  return sendForm(reply, 401, { next: isPage ? safeNext(request.url) : '/' });
}

/** A place on this server, whatever was asked for: a path, of which browsers make no other host. */
export function safeNext(next: unknown): string {
  if (typeof next !== 'string' || !/^\/(?![/\\])[^\\\p{Cc}]*$/u.test(next)) return '/';
  const here = 'http://here.invalid';
  if (!URL.canParse(next, here)) return '/';
  const { origin, pathname, search } = new URL(next, here);
  return origin === here && !pathname.startsWith('//') ? `${pathname}${search}` : '/';
}

function sendForm(reply: FastifyReply, status: number, form: Parameters<typeof renderSignIn>[0]): FastifyReply {
  return reply.status(status).type('text/html').send(renderSignIn(form));
}

function describe({ reason, details, message }: RefusedError): string {
  if (!isReason(reason)) return message;
  const texts = describeReason(reason, details);
  return reason === 'too-many-failures' && texts.hint !== null ? `${texts.message}: ${texts.hint}` : texts.message;
}
