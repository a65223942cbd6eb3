/**
 * The cookies of people who are signed in, and what a write has to show beside them.
 */
import { timingSafeEqual } from 'node:crypto';
import type { CookieSerializeOptions } from '@fastify/cookie';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Caller } from '../domain/caller.ts';

/** Somebody who is signed in. */
export interface Session {
  readonly caller: Caller;
  /** what every write has to show beside the cookie */
  readonly token: string;
}

/** Where sessions are kept. All throw E_TRANSPORT. */
export interface Sessions {
  open(caller: Caller): Promise<{ id: string; session: Session }>;
  find(id: string): Promise<Session | null>;
  close(id: string): Promise<void>;
}

/** The prefix makes browsers take it from this host only, over TLS only. */
export const SESSION_COOKIE = '__Host-kpr';
/** Read by scripts of these pages, which send it back as a header. */
export const TOKEN_COOKIE = 'XSRF-TOKEN';
export const TOKEN_HEADER = 'x-xsrf-token';

const SHARED = { path: '/', secure: true, sameSite: 'lax' } as const satisfies CookieSerializeOptions;
/** 256 bits as base64url. */
const ID = /^[\w-]{43}$/;

/** The id in the request's cookie, whether there is such a session or not; null without a usable one. */
export function readSessionId({ cookies }: FastifyRequest): string | null {
  const id = cookies[SESSION_COOKIE] ?? '';
  return ID.test(id) ? id : null;
}

/** Signs the browser in until `seconds` have passed. */
export function setCookies(reply: FastifyReply, id: string, { token }: Session, seconds: number): void {
  reply.setCookie(SESSION_COOKIE, id, { ...SHARED, httpOnly: true, maxAge: seconds });
  reply.setCookie(TOKEN_COOKIE, token, { ...SHARED, maxAge: seconds });
}

export function clearCookies(reply: FastifyReply): void {
  reply.clearCookie(SESSION_COOKIE, { ...SHARED, httpOnly: true });
  reply.clearCookie(TOKEN_COOKIE, SHARED);
}

/** True if the browser says that a page of this origin sent the request. Every browser says it with a write. */
export function isOfOrigin({ headers }: FastifyRequest, origin: string): boolean {
  return headers.origin === origin;
}

/** True if the header says what the cookie says, and that is the session's token. */
export function showsToken({ headers, cookies }: FastifyRequest, { token }: Session): boolean {
  const shown = headers[TOKEN_HEADER];
  return isSame(shown, token) && isSame(cookies[TOKEN_COOKIE], token);
}

/** Compares in a time that tells nothing. */
export function isSame(shown: unknown, token: string): boolean {
  if (typeof shown !== 'string') return false;
  const [a, b] = [Buffer.from(shown), Buffer.from(token)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/** True for requests that change something. */
export function isWrite({ method }: FastifyRequest): boolean {
  return method !== 'GET' && method !== 'HEAD';
}
