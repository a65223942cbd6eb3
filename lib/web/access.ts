/**
 * What a caller may see and change. What is hidden is not there (404); what may only be seen is refused (403).
 */
import type { FastifyRequest } from 'fastify';
import { type Caller, mayChange, mayChangeAll, maySee } from '../domain/caller.ts';
import { RefusedError } from '../errors.ts';
import { RequestError } from './answer.ts';

/** Who asks. @throws whatever answers a request of nobody */
export type CallerOf = (request: FastifyRequest) => Caller;

const NEEDED = 'needs edit_products and destroy_products in Katello';

/** Never fails: a path that is none belongs to no organization. */
export function isSeen(caller: Caller, path: string): boolean {
  try {
    return maySee(caller, path);
  } catch (error) {
    if (error instanceof RefusedError) return false;
    throw error;
  }
}

/** @throws RequestError 404 with the message that the caller would get if there were nothing */
export function requireSight(caller: Caller, path: string, message: string): void {
  if (!isSeen(caller, path)) throw new RequestError(404, message);
}

/** @throws RequestError 404 for a path that is hidden, 403 for one that may only be seen */
export function requireChange(caller: Caller, path: string): void {
  requireSight(caller, path, `nothing is pushed at ${path}`);
  if (!mayChange(caller, path)) throw forbidden(caller, `change ${path}`, NEEDED);
}

/** @throws RequestError 403 unless the caller may change something somewhere */
export function requireOperator(caller: Caller): void {
  if (caller.role !== 'operator') throw forbidden(caller, 'change anything', NEEDED);
}

/** @throws RequestError 403 unless the caller may change what concerns every organization */
export function requireChangeAll(caller: Caller): void {
  if (!mayChangeAll(caller)) {
    throw forbidden(caller, 'change what concerns all organizations', 'needs an administrator of Katello');
  }
}

function forbidden({ login }: Caller, what: string, hint: string): RequestError {
  return new RequestError(403, `${login ?? 'you'} may not ${what}`, hint);
}
