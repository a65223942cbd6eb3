/** Who asks: session cookie first, then Basic; and the brute force lock that counts by address. */
import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { findUser } from '../state/find.ts';
import type { User, World } from '../state/rows.ts';
import { foremanFailure } from './failure.ts';

const LOCK_MS = 5 * 60_000;
const SESSIONS_KEPT = 5_000;

export interface Authenticator {
  /** Who it is; a disabled account is told apart, since it gets a session first. @throws Failure 401 */
  authenticate(request: IncomingMessage): { user: User; isDisabled: boolean };
  /** Id of a new session that belongs to `user`; null when the request has one already. */
  openSession(request: IncomingMessage, user: User | null): string | null;
  /** Forgets sessions and counters. */
  reset(): void;
}

interface AuthenticatorDeps {
  readonly world: World;
  readonly now: () => number;
  /** failures that lock an address; 0 turns the lock off */
  readonly failureLimit: () => number;
}

export function createAuthenticator({ world, now, failureLimit }: AuthenticatorDeps): Authenticator {
  const sessions = new Map<string, number>();
  const failures = new Map<string, { count: number; lastAt: number }>();

  function sessionUser(request: IncomingMessage): User | null {
    const userId = sessions.get(cookieOf(request) ?? '');
    return world.users.find((user) => user.id === userId && !user.isDisabled) ?? null;
  }

  function isLocked(address: string): boolean {
    const record = failures.get(address);
    if (record === undefined || failureLimit() === 0) return false;
    if (now() - record.lastAt >= LOCK_MS) failures.delete(address);
    return record.count >= failureLimit() && failures.has(address);
  }

  function countFailure(address: string): void {
    const count = (failures.get(address)?.count ?? 0) + 1;
    failures.set(address, { count, lastAt: now() });
  }

  return {
    authenticate(request) {
      const user = sessionUser(request);
      if (user !== null) return { user, isDisabled: false };

      const address = clientAddress(request);
      if (isLocked(address)) throw foremanFailure(401, 'Too many tries, please try again in a few minutes.');
      const { login, password } = basicOf(request);
      const known = findUser(world, login);
      if (known === undefined || !isRight(known, password, now())) {
        if (login !== '') countFailure(address);
        throw foremanFailure(401, `Unable to authenticate user ${login}`);
      }
      known.lastLoginAt = new Date(now()).toISOString();
      return { user: known, isDisabled: known.isDisabled };
    },
    openSession(request, user) {
      const cookie = cookieOf(request);
      if (cookie !== null && sessions.has(cookie)) return null;
      const id = randomBytes(16).toString('hex');
      if (user !== null) sessions.set(id, user.id);
      const oldest = sessions.keys().next();
      if (sessions.size > SESSIONS_KEPT && !oldest.done) sessions.delete(oldest.value);
      return id;
    },
    reset() {
      sessions.clear();
      failures.clear();
    },
  };
}

function isRight(user: User, password: string, nowMs: number): boolean {
  if (user.isHidden || password === '') return false;
  const hasToken = user.tokens.some(
    ({ value, expiresAt }) => value === password && (expiresAt === null || Date.parse(expiresAt) > nowMs),
  );
  return hasToken || user.password === password;
}

function basicOf(request: IncomingMessage): { login: string; password: string } {
  const encoded = /^Basic (.+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? '';
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon < 0 ? { login: text, password: '' } : { login: text.slice(0, colon), password: text.slice(colon + 1) };
}

function cookieOf(request: IncomingMessage): string | null {
  return /(?:^|;\s*)_session_id=([^;]*)/.exec(request.headers.cookie ?? '')?.[1] ?? null;
}

/**
 * The address Rack counts for: of a trusted peer, the last address of `X-Forwarded-For` that is not trusted itself, or
 * the first one when all are.
 */
function clientAddress(request: IncomingMessage): string {
  const peer = (request.socket.remoteAddress ?? '').replace(/^::ffff:/, '');
  if (!isTrusted(peer)) return peer;
  const forwarded = [request.headers['x-forwarded-for'] ?? '']
    .flat()
    .join(',')
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  return forwarded.findLast((address) => !isTrusted(address)) ?? forwarded[0] ?? peer;
}

function isTrusted(address: string): boolean {
  return /^(127\.|10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.)|^::1$|^f[cd]/.test(address);
}
