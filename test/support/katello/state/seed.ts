/** The seed file: what an installation starts with, in names instead of ids. */
import { randomInt } from 'node:crypto';
import { z } from 'zod';
import { labelize } from '../rules/labels.ts';
import { SYSTEM_LOGINS } from './accounts.ts';
import { addOrganization } from './organizations.ts';
import type { Role, World } from './rows.ts';
import { createEmptyWorld } from './rows.ts';
import { openStore, type Store } from './store.ts';

const SeedRole = z.strictObject({
  name: z.string(),
  permissions: z.array(z.string()),
  /** `organization label/product label`; left out: no filter */
  products: z.array(z.string()).optional(),
  /** organization labels; left out: no filter */
  organizations: z.array(z.string()).optional(),
});

/** A user, described in names. */
export const SeedUser = z.strictObject({
  login: z.string(),
  password: z.string(),
  admin: z.boolean().default(false),
  disabled: z.boolean().default(false),
  firstname: z.string().optional(),
  lastname: z.string().optional(),
  mail: z.string().optional(),
  tokens: z.array(z.strictObject({ value: z.string(), expires: z.iso.datetime().optional() })).default([]),
  organizations: z.array(z.string()).default([]),
  roles: z.array(SeedRole).default([]),
});

/** Contents of a seed file. */
export const Seed = z.strictObject({
  organizations: z
    .array(
      z.strictObject({
        name: z.string(),
        label: z.string().optional(),
        products: z.array(z.strictObject({ name: z.string(), label: z.string().optional() })).default([]),
      }),
    )
    .default([]),
  proxies: z
    .array(
      z.strictObject({
        name: z.string(),
        url: z.string(),
        primary: z.boolean().default(false),
        /** labels of organizations whose Library it carries */
        libraries: z.array(z.string()).default([]),
      }),
    )
    .default([]),
  users: z.array(SeedUser).default([]),
  settings: z.record(z.string(), z.unknown()).default({}),
});
export type Seed = z.infer<typeof Seed>;
export type SeedInput = z.input<typeof Seed>;
export type SeedUser = z.output<typeof SeedUser>;

/** Builds the first world. @throws ZodError for a bad seed, Error for a name that the seed does not define */
export async function createWorld(seed: SeedInput, now: Date): Promise<World> {
  const { organizations, proxies, users, settings } = Seed.parse(seed);
  const store = await openStore(null, createEmptyWorld);
  const at = now.toISOString();

  for (const login of SYSTEM_LOGINS) {
    addUser(store, { ...SeedUser.parse({ login, password: '' }), admin: true }, at);
    hide(store.world, login);
  }
  for (const { name, label, products } of organizations) {
    const organization = addOrganization(store, { name, label: label ?? labelize(name), description: null }, at);
    for (const product of products) addProduct(store, organization.id, product, at);
  }
  for (const proxy of proxies) addProxy(store, proxy, at);
  for (const user of users) addUser(store, user, at);
  for (const [name, value] of Object.entries(settings)) store.world.settings.push({ name, value });
  return store.world;
}

/** Adds a user described in names. */
export function addUser(store: Store, user: SeedUser, at: string): void {
  const { world } = store;
  world.users.push({
    id: store.nextId('users'),
    login: user.login,
    password: user.password,
    tokens: user.tokens.map(({ value, expires }) => ({ value, expiresAt: expires ?? null })),
    isAdmin: user.admin,
    isDisabled: user.disabled,
    isHidden: false,
    firstname: user.firstname ?? null,
    lastname: user.lastname ?? null,
    mail: user.mail ?? null,
    organizationIds: user.organizations.map((label) => organizationId(world, label)),
    roles: user.roles.map((role) => roleOf(world, role)),
    createdAt: at,
    lastLoginAt: null,
  });
  store.changed();
}

function hide(world: World, login: string): void {
  for (const user of world.users) if (user.login === login) user.isHidden = true;
}

function addProduct(
  store: Store,
  organization: number,
  { name, label }: { name: string; label?: string | undefined },
  at: string,
): void {
  store.world.products.push({
    id: store.nextId('products'),
    organizationId: organization,
    name,
    label: label ?? labelize(name),
    description: null,
    cpId: String(randomInt(100_000_000_000, 999_999_999_999)),
    createdAt: at,
    updatedAt: at,
  });
}

function addProxy(store: Store, proxy: Seed['proxies'][number], at: string): void {
  const { world } = store;
  const carried = proxy.primary
    ? world.environments
    : world.environments.filter((row) =>
        proxy.libraries.some((label) => row.isLibrary && row.organizationId === organizationId(world, label)),
      );
  world.proxies.push({
    id: store.nextId('proxies'),
    name: proxy.name,
    url: proxy.url,
    isPrimary: proxy.primary,
    downloadPolicy: proxy.primary ? null : 'immediate',
    environmentIds: carried.map((row) => row.id),
    organizationIds: world.organizations.map((row) => row.id),
    createdAt: at,
    updatedAt: at,
    syncedRepositoryIds: [],
    behaviour: 'ok',
  });
}

function roleOf(world: World, role: SeedUser['roles'][number]): Role {
  return {
    name: role.name,
    permissions: [...role.permissions],
    productIds: role.products?.map((path) => productId(world, path)) ?? null,
    organizationIds: role.organizations?.map((label) => organizationId(world, label)) ?? null,
  };
}

function organizationId(world: World, label: string): number {
  const row = world.organizations.find((organization) => organization.label === label);
  if (row === undefined) throw new Error(`seed: no organization with label ${label}`);
  return row.id;
}

function productId(world: World, path: string): number {
  const [organization = '', label = ''] = path.split('/');
  const owner = organizationId(world, organization);
  const row = world.products.find((product) => product.organizationId === owner && product.label === label);
  if (row === undefined) throw new Error(`seed: no product ${path}`);
  return row.id;
}
