/** The accounts of the recordings: who exists, who may what, and how a request names its user. */
import type { User } from '../support/katello/state/rows.ts';

const SERVICE = [
  'view_foreman_tasks',
  'view_smart_proxies',
  'manage_capsule_content',
  'view_capsule_content',
  'view_lifecycle_environments',
  'edit_lifecycle_environments',
  'view_products',
  'create_products',
  'edit_products',
  'destroy_products',
  'sync_products',
  'view_organizations',
  'view_plugins',
  'view_settings',
];

interface Person {
  readonly id: number;
  readonly permissions: readonly string[];
  readonly isAdmin?: boolean;
  readonly isDisabled?: boolean;
  /** member of the first organization */
  readonly isMember: boolean;
  /** filtered to the product of the pushes */
  readonly isFiltered?: boolean;
}

const PEOPLE: Readonly<Record<string, Person>> = {
  admin: { id: 4, permissions: [], isAdmin: true, isMember: true },
  svc: { id: 5, permissions: SERVICE, isMember: true },
  pusher: { id: 6, permissions: ['view_products', 'sync_products'], isMember: true, isFiltered: true },
  viewer: { id: 7, permissions: ['view_products'], isMember: true },
  synconly: { id: 8, permissions: ['sync_products'], isMember: true },
  nobody: { id: 9, permissions: [], isMember: true },
  disabled: { id: 10, permissions: ['view_products'], isDisabled: true, isMember: true },
  orgless: { id: 11, permissions: ['view_products', 'sync_products'], isMember: false },
  brute: { id: 12, permissions: ['view_products'], isMember: true },
};

const TOKEN = 'personal-access-token';
const EXPIRED_TOKEN = 'expired-access-token';

/** The users, with the filter of `pusher` set to that product. */
export function createPeople(pushProductId: number, at: string): User[] {
  const rows = Object.entries(PEOPLE).map(([login, person]): User => {
    const isAdmin = person.isAdmin === true;
    return {
      id: person.id,
      login,
      password: `lab-${login}`,
      tokens: [
        { value: `${TOKEN}-${login}`, expiresAt: null },
        { value: `${EXPIRED_TOKEN}-${login}`, expiresAt: '2000-01-01T00:00:00.000Z' },
      ],
      isAdmin,
      isDisabled: person.isDisabled === true,
      isHidden: false,
      firstname: capitalize(login),
      lastname: isAdmin ? 'User' : 'Lab',
      mail: `${isAdmin ? 'root' : login}@example.com`,
      organizationIds: person.isMember ? [1] : [],
      roles:
        person.permissions.length === 0
          ? []
          : [
              {
                name: `lab-${login === 'brute' ? 'viewer' : login}`,
                permissions: [...person.permissions],
                productIds: person.isFiltered === true ? [pushProductId] : null,
                organizationIds: null,
              },
            ],
      createdAt: at,
      lastLoginAt: null,
    };
  });
  const system = ['foreman_admin', 'foreman_console_admin', 'foreman_api_admin'].map(
    (login, index): User => ({
      ...(rows[0] ?? rows[1] ?? missing()),
      id: index + 1,
      login,
      password: '',
      tokens: [],
      isAdmin: true,
      isHidden: true,
    }),
  );
  return [...system, ...rows];
}

/** What a recorded `as` becomes on the wire: credentials, a cookie of somebody, or nothing. */
export interface Identity {
  readonly authorization: string | null;
  /** login whose session cookie goes along */
  readonly cookieOf: string | null;
}

/**
 * @param isRefused the recorded answer was "Unable to authenticate": the password was a wrong one
 */
export function identityOf(as: string, isRefused: boolean): Identity {
  const [, login = as, hint = ''] = /^(\S+?)(?: \((.*?)\))?(?: with the cookie of \S+)?$/.exec(as) ?? [];
  const cookieOf = /cookie of (\S+)/.exec(as)?.[1] ?? null;
  if (as === 'anonymous' || as.startsWith('cookie of ')) return { authorization: null, cookieOf };
  if (as === 'bearer token') return { authorization: `Bearer ${TOKEN}-pusher`, cookieOf };
  const password = passwordOf(login, hint, isRefused);
  return { authorization: `Basic ${Buffer.from(`${login}:${password}`).toString('base64')}`, cookieOf };
}

function passwordOf(login: string, hint: string, isRefused: boolean): string {
  if (hint === 'personal access token') return `${TOKEN}-${login}`;
  if (hint === 'expired token') return `${EXPIRED_TOKEN}-${login}`;
  if (hint.startsWith('token of ')) return `${TOKEN}-${hint.slice('token of '.length)}`;
  return isRefused || hint === 'wrong password' ? 'wrong' : `lab-${login}`;
}

function capitalize(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function missing(): never {
  throw new Error('no people');
}
