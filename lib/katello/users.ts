/**
 * What Katello tells its users about themselves. Each call is made as one of them, with their password or personal access
 * token, never with the account of the reactor.
 */
import { z } from 'zod';
import type { Account } from '../domain/account.ts';
import { AuthError, HttpStatusError } from '../errors.ts';
import type { HttpClient } from '../http/client.ts';
import type { CallOptions } from '../http/options.ts';
import { hadNoEffect } from '../http/retry.ts';

/** Who asks. */
export interface User {
  readonly login: string;
  /** or a personal access token */
  readonly password: string;
  /** IP address that the user asks from; Katello counts failed logins for it where it trusts us, else for ours */
  readonly address: string;
}

/** What a user may do with a product that they see. */
export interface ProductRights {
  readonly maySync: boolean;
}

/**
 * Questions of a user. Every wrong login counts in Katello's brute force lock, which then refuses everybody at that
 * address, the reactor's account too.
 *
 * All throw E_TRANSPORT, E_HTTP_STATUS or E_RESPONSE_SHAPE when Katello does not answer the question, which is never a yes.
 */
export interface KatelloUsers {
  /** `hidden`: the product is not there, the user does not see it, or is no member of its organization. */
  readProductRights(
    user: User,
    product: { readonly id: number; readonly organizationId: number },
    signal?: AbortSignal,
  ): Promise<ProductRights | 'hidden' | 'unauthenticated'>;
  /** Names of the permissions held, whatever their filters; `hidden`: no member of the organization. */
  readPermissions(
    user: User,
    organizationId: number,
    signal?: AbortSignal,
  ): Promise<ReadonlySet<string> | 'hidden' | 'unauthenticated'>;
  /** The user as Katello describes them to themselves: who they are, where they are members, what they may at all. */
  readAccount(user: User, signal?: AbortSignal): Promise<Account | 'unauthenticated'>;
  /** True if login and password belong together. */
  isAuthentic(user: User, signal?: AbortSignal): Promise<boolean>;
  /** True if Katello may have counted a failed login, though the call ended in this error and did not say so. */
  mayHaveCounted(error: unknown): boolean;
}

const ShownProduct = z.object({ permissions: z.object({ sync_products: z.boolean() }) });
const CurrentUser = z.object({
  login: z.string(),
  effective_admin: z.boolean(),
  organizations: z.array(z.object({ id: z.number() })),
});
const HeldPermissions = z.object({ results: z.array(z.object({ name: z.string() })) });

/**
 * @param http a client of its own that repeats nothing, so that a wrong password is sent once; it keeps no cookie, which
 *   matters: Katello believes a session cookie more than the credentials beside it (Katello 4.14 to 5.0)
 */
export function createKatelloUsers(http: HttpClient): KatelloUsers {
  const toCurrentUser = `${http.basePath}api/v2/current_user`;
  const toPermissions = `${http.basePath}api/v2/permissions/current_permissions`;

  return {
    readProductRights: (user, { id, organizationId }, signal) =>
      asUser(async () => {
        const path = `${http.basePath}katello/api/v2/products/${id}`;
        const product = await http.find(path, ShownProduct, inOrganization(user, organizationId, signal));
        return product ? { maySync: product.permissions.sync_products } : 'hidden';
      }),

    readPermissions: (user, organizationId, signal) =>
      asUser(async () => {
        const held = await http.find(toPermissions, HeldPermissions, inOrganization(user, organizationId, signal));
        return held ? new Set(held.results.map(({ name }) => name)) : 'hidden';
      }),

    async readAccount(user, signal) {
      try {
        const options = { ...callOf(user), signal };
        const { login, effective_admin: isAdmin, organizations } = await http.get(toCurrentUser, CurrentUser, options);
        const held = await http.get(toPermissions, HeldPermissions, options);
        const permissions = new Set(held.results.map(({ name }) => name));
        return { login, isAdmin, organizationIds: organizations.map(({ id }) => id), permissions };
      } catch (error) {
        if (error instanceof AuthError && error.failure.status === 401) return 'unauthenticated';
        throw error;
      }
    },

    async isAuthentic(user, signal) {
      try {
        await http.get(toCurrentUser, z.unknown(), { ...callOf(user), signal });
        return true;
      } catch (error) {
        if (error instanceof AuthError && error.failure.status === 401) return false;
        throw error;
      }
    },

    mayHaveCounted: (error) => !hadNoEffect(error),
  };
}

/** The organization is named so that Katello checks that the user belongs to it; filters of roles alone do not. */
function inOrganization(user: User, organizationId: number, signal: AbortSignal | undefined): CallOptions {
  return { ...callOf(user), query: { organization_id: organizationId }, signal };
}

function callOf({ login, password, address }: User): CallOptions {
  return { credentials: { kind: 'basic', login, password }, headers: { 'x-forwarded-for': address } };
}

/** What Katello's refusals mean: 401 a wrong login; 403 no such permission in any role; 400 an organization of others. */
async function asUser<T>(ask: () => Promise<T>): Promise<T | 'hidden' | 'unauthenticated'> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof AuthError) return error.failure.status === 401 ? 'unauthenticated' : 'hidden';
    if (error instanceof HttpStatusError && error.failure.status === 400) return 'hidden';
    throw error;
  }
}
