/** What comes with an organization: its Library, its default view and that view's only version. */
import type { Organization, World } from './rows.ts';
import type { Store } from './store.ts';

export function addOrganization(
  store: Store,
  values: Pick<Organization, 'name' | 'label' | 'description'>,
  at: string,
): Organization {
  const { world } = store;
  const id = store.nextId('organizations');
  const organization: Organization = { id, providerId: providerIdOf(world), ...values, createdAt: at, updatedAt: at };
  const library = store.nextId('environments');
  const view = store.nextId('contentViews');
  world.organizations.push(organization);
  world.environments.push({
    id: library,
    organizationId: organization.id,
    name: 'Library',
    label: 'Library',
    isLibrary: true,
    registryNamePattern: null,
    allowsAnonymousPull: false,
    createdAt: at,
    updatedAt: at,
  });
  world.contentViews.push({
    id: view,
    organizationId: organization.id,
    name: 'Default Organization View',
    label: 'Default_Organization_View',
    isDefault: true,
    description: null,
    repositoryIds: [],
    createdAt: at,
    updatedAt: at,
  });
  world.contentViewVersions.push({
    id: store.nextId('contentViewVersions'),
    contentViewId: view,
    major: 1,
    environmentIds: [library],
    createdAt: at,
  });
  for (const proxy of world.proxies) if (proxy.isPrimary) proxy.environmentIds.push(library);
  store.changed();
  return organization;
}

/** Each organization gets two providers, one for custom products and one for Red Hat's. */
export function providerIdOf({ organizations }: World): number {
  return 1 + 2 * organizations.length;
}
