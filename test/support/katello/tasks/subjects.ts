/** How tasks name what they are about, and the records they are linked to. */
import { contextOf, getById } from '../state/find.ts';
import type { Environment, Organization, Product, Repository, TaskLink, World } from '../state/rows.ts';
import type { Subjects } from './engine.ts';

export function repositorySubjects(world: World, repository: Repository): Subjects {
  const { root, product, organization } = contextOf(world, repository);
  return {
    sentence: `repository '${root.name}'; product '${product.name}'; organization '${organization.name}'`,
    humanizedInput: [
      ['repository', { text: `repository '${root.name}'`, link: null }],
      ...productWords(product, organization),
    ],
    input: {
      repository: { id: repository.id, name: root.name, label: root.label },
      ...productInput(product, organization),
    },
  };
}

export function productSubjects(world: World, product: Product): Subjects {
  const organization = getById(world.organizations, product.organizationId);
  return {
    sentence: `product '${product.name}'; organization '${organization.name}'`,
    humanizedInput: productWords(product, organization),
    input: productInput(product, organization),
  };
}

export function environmentSubjects({ id, name, label }: Environment): Subjects {
  return { sentence: `'${name}'`, humanizedInput: [`'${name}'`], input: { kt_environment: { id, name, label } } };
}

/** A repository's task is found by the repository, its product and its organization. */
export function repositoryLinks(world: World, repository: Repository): TaskLink[] {
  const { product } = contextOf(world, repository);
  return [repositoryLink(repository), ...productLinks(world, product)];
}

/** Tasks that lock nothing are found by the repository alone. */
export function repositoryLink(repository: Repository): TaskLink {
  return { resourceType: 'Katello::Repository', resourceId: repository.id };
}

export function productLinks(world: World, product: Product): TaskLink[] {
  const { providerId } = getById(world.organizations, product.organizationId);
  return [
    { resourceType: 'Katello::Product', resourceId: product.id },
    { resourceType: 'Katello::Provider', resourceId: providerId },
    { resourceType: 'Organization', resourceId: product.organizationId },
  ];
}

export const repositoryLock = repositoryLink;

export function productLock(product: Product): TaskLink {
  return { resourceType: 'Katello::Product', resourceId: product.id };
}

function productWords(product: Product, organization: Organization): unknown[] {
  return [
    ['product', { text: `product '${product.name}'`, link: `/products/${product.id}/` }],
    ['organization', { text: `organization '${organization.name}'`, link: `/organizations/${organization.id}/edit` }],
  ];
}

function productInput(product: Product, { id, name, label, providerId }: Organization): Record<string, unknown> {
  return {
    product: { id: product.id, name: product.name, label: product.label, cp_id: product.cpId },
    provider: { id: providerId, name: 'Anonymous' },
    organization: { id, name, label },
  };
}
