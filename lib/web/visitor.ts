/**
 * Who sends a request: somebody who is signed in, a program with its credentials, or nobody.
 */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Caller } from '../domain/caller.ts';
import { RefusedError } from '../errors.ts';
import type { CallerOf } from './access.ts';
import { type Problem, RequestError, toAnswer } from './answer.ts';
import { isOfOrigin, isWrite, readSessionId, type Session, type Sessions, showsToken } from './session.ts';

export interface VisitorDeps {
  readonly sessions: Pick<Sessions, 'find'>;
  /** of KPR_PUBLIC_URL, as browsers name it */
  readonly origin: string;
  /**
   * Who sends Basic credentials with the request, remembered for a short time; null for an account that may not look.
   *
   * @throws E_REFUSED bad-credentials, too-many-failures; whatever Katello's silence throws
   */
  readonly recognize: (request: FastifyRequest) => Promise<Caller | null>;
}

export interface Visitor {
  readonly caller: Caller;
  /** null for a program that sends credentials */
  readonly session: Session | null;
  /** tells visitors apart, for limits */
  readonly key: string;
}

export interface Visitors {
  /** Who has the cookie of a session. @throws E_TRANSPORT */
  findSignedIn(request: FastifyRequest): Promise<Visitor | null>;
  /** Hook of programs' routes: cookie or credentials, and with a cookie the proof that a page of ours sent a write. */
  readonly guard: (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply | undefined>;
  /** Of a request that passed `guard`, or was admitted; null for any other. */
  find(request: FastifyRequest): Visitor | null;
  /** The same where there has to be one. @throws Error */
  readonly of: (request: FastifyRequest) => Visitor;
  /** Lets a request in. */
  admit(request: FastifyRequest, visitor: Visitor): void;
  readonly callerOf: CallerOf;
}

const NOBODY: Problem = {
  code: 'E_REFUSED',
  reason: 'bad-credentials',
  message: 'sign in first',
  hint: 'with a cookie of the dashboard, or Basic credentials of a Katello account',
};
const MAY_NOT_LOOK = 'this account may not look';
export const TO_LOOK = 'needs view_products in Katello';

export function createVisitors({ sessions, origin, recognize }: VisitorDeps): Visitors {
  const admitted = new WeakMap<FastifyRequest, Visitor>();

  const findSignedIn = async (request: FastifyRequest): Promise<Visitor | null> => {
    const id = readSessionId(request);
    const session = id === null ? null : await sessions.find(id);
    return id !== null && session ? { caller: session.caller, session, key: id } : null;
  };

  const findProgram = async (request: FastifyRequest): Promise<Visitor> => {
    const caller = await recognize(request);
    if (!caller) throw new RequestError(403, MAY_NOT_LOOK, TO_LOOK);
    return { caller, session: null, key: caller.login ?? '' };
  };

  const of = (request: FastifyRequest): Visitor => {
    const visitor = admitted.get(request);
    if (visitor) return visitor;
    throw new Error(`nobody was asked for at ${request.method} ${request.url}`);
  };

  return {
    findSignedIn,
    find: (request) => admitted.get(request) ?? null,
    of,
    admit: (request, visitor) => void admitted.set(request, visitor),
    callerOf: (request) => of(request).caller,
    guard: async (request, reply) => {
      try {
        const hasCredentials = request.headers.authorization !== undefined;
        const visitor = hasCredentials ? await findProgram(request) : await findSignedIn(request);
        if (!visitor) return refuse(reply, NOBODY);
        checkWrite(request, visitor, origin);
        admitted.set(request, visitor);
        return undefined;
      } catch (error) {
        if (error instanceof RefusedError) return refuse(reply, toAnswer(error).body.error);
        throw error;
      }
    },
  };
}

/**
 * Browsers send cookies, and credentials that they were once asked for, with whatever any page sends here.
 *
 * @throws RequestError 403
 */
function checkWrite(request: FastifyRequest, { session }: Visitor, origin: string): void {
  if (!isWrite(request)) return;
  const isFromOurPage = isOfOrigin(request, origin);
  if (session ? !isFromOurPage : request.headers.origin !== undefined && !isFromOurPage) {
    throw new RequestError(403, 'another site sent this', `Origin has to be ${origin}`);
  }
  if (session && !showsToken(request, session)) {
    throw new RequestError(403, 'this was not sent by a page of kpr', 'X-XSRF-TOKEN has to be the cookie XSRF-TOKEN');
  }
}

function refuse(reply: FastifyReply, error: Problem): FastifyReply {
  return reply.status(401).header('www-authenticate', 'Basic realm="kpr"').send({ error });
}
