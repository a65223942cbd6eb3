/** How attackers ask: like clients, but for what they write. */
import { z } from 'zod';
import { basic } from '../../support/told.ts';
import type { Kind } from '../../support/web-server/web-server.ts';
import { type Answer, type Door, exchange, type Header, type Request, write } from './wire.ts';

/** A web server under attack. */
export interface Gate extends Door {
  readonly kind: Kind;
  /** host:port that people type */
  readonly registry: string;
  /** told every answer that is no token */
  readonly hear: (answer: Answer) => void;
}

/** What the token endpoint is asked. */
export interface Ask {
  /** user of the seed, whose password is `sandbox-` and the login; null: anonymous [dev] */
  readonly as?: string | null;
  readonly password?: string;
  readonly scopes?: readonly string[];
  /** [the registry] */
  readonly service?: string;
  /** put behind the query as it is */
  readonly query?: string;
  readonly headers?: readonly Header[];
  /** local address of the client */
  readonly from?: string;
}

const TokenAnswer = z.object({ token: z.string() });

/** Asks for a token. */
export async function ask(gate: Gate, request: Ask): Promise<Answer> {
  const { as = 'dev', scopes = [], service = gate.registry, query = '', headers = [], from } = request;
  const parameters = new URLSearchParams({ service });
  for (const scope of scopes) parameters.append('scope', scope);
  const login = as === null ? [] : [['Authorization', basic(as, request.password ?? `sandbox-${as}`)] as const];
  return send(gate, `/token?${parameters.toString()}${query}`, { headers: [...login, ...headers] }, from);
}

/** A token as a client gets it. @throws Error when it is refused */
export async function tokenOf(gate: Gate, request: Ask): Promise<string> {
  const { status, body } = await ask(gate, request);
  if (status !== 200) throw new Error(`no token: ${status} ${body}`);
  return TokenAnswer.parse(JSON.parse(body)).token;
}

/** Sends a request with this token. */
export function sendWith(gate: Gate, token: string, target: string, request: Request = {}): Promise<Answer> {
  const headers = [['Authorization', `Bearer ${token}`] as const, ...(request.headers ?? [])];
  return send(gate, target, { ...request, headers });
}

/** Sends a request. @throws Error unless exactly one answer comes back */
export async function send(gate: Gate, target: string, request: Request = {}, from?: string): Promise<Answer> {
  const [answer, second] = await sendBytes(gate, write(gate.registry, target, request), from);
  if (answer && !second) return answer;
  throw new Error(`${second ? 'two answers' : 'no answer'} to ${target.slice(0, 200)}`);
}

/** Sends bytes as they are, and answers whatever comes back. */
export async function sendBytes(gate: Gate, bytes: Buffer, from?: string): Promise<Answer[]> {
  const answers = await exchange(gate, bytes, from);
  for (const answer of answers) if (!answer.body.startsWith('{"token"')) gate.hear(answer);
  return answers;
}
