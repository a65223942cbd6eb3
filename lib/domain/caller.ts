/**
 * Who asks for something over HTTP, and what they may. A viewer sees, an operator acts too; both only in organizations of
 * theirs, unless all are theirs.
 */
import { parsePushPath } from './path.ts';

/** An organization as a push path may name it. */
export interface OwnOrganization {
  readonly id: number;
  readonly label: string;
}

export interface Caller {
  /** of Katello; null for whoever may open the daemon's own socket */
  readonly login: string | null;
  readonly role: 'viewer' | 'operator';
  readonly organizations: 'all' | readonly OwnOrganization[];
}

/** Whoever may open the daemon's own socket: its owner and root. */
export const LOCAL_OPERATOR: Caller = { login: null, role: 'operator', organizations: 'all' };

/** True if the caller may see what happens at this push path. @throws E_REFUSED bad-name */
export function maySee({ organizations }: Caller, path: string): boolean {
  if (organizations === 'all') return true;
  const { organization } = parsePushPath(path);
  return organizations.some(({ id, label }) =>
    organization.by === 'id' ? organization.id === id : organization.label === label.toLowerCase(),
  );
}

/** True if the caller may change something at this push path. @throws E_REFUSED bad-name */
export function mayChange(caller: Caller, path: string): boolean {
  return caller.role === 'operator' && maySee(caller, path);
}

/** True if the caller may do what concerns every organization: whole queues, `all`. */
export function mayChangeAll({ role, organizations }: Caller): boolean {
  return role === 'operator' && organizations === 'all';
}
