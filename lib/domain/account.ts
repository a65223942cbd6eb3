/**
 * What a login of Katello may do here. Roles of Katello can be limited by filters, which Katello tells nobody, so a
 * permission counts as held without them.
 */
import type { Caller, OwnOrganization } from './caller.ts';

/** A login as Katello describes it to itself. */
export interface Account {
  readonly login: string;
  /** may everything everywhere */
  readonly isAdmin: boolean;
  /** that the login is a member of */
  readonly organizationIds: readonly number[];
  /** names, whatever their filters */
  readonly permissions: ReadonlySet<string>;
}

const TO_SEE = 'view_products';
const TO_CHANGE = ['edit_products', 'destroy_products'];

/**
 * The account as a caller; null for one that may not even look.
 *
 * @param organizations all that there are
 */
export function toCaller(account: Account, organizations: readonly OwnOrganization[]): Caller | null {
  const { login, isAdmin, organizationIds, permissions } = account;
  if (isAdmin) return { login, role: 'operator', organizations: 'all' };
  if (!permissions.has(TO_SEE)) return null;

  const role = TO_CHANGE.every((name) => permissions.has(name)) ? 'operator' : 'viewer';
  const own = organizations.filter(({ id }) => organizationIds.includes(id)).map(({ id, label }) => ({ id, label }));
  return { login, role, organizations: own };
}
