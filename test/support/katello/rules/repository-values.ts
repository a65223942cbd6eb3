/** What Katello refuses in the values of a repository, before anything is made. */

import type { Product, RootRepository, World } from '../state/rows.ts';
import type { Traits } from '../traits.ts';
import { invalidNameText, isValidContainerName } from './container-name.ts';
import { labelProblems, nameProblems } from './labels.ts';

export type Problems = Record<string, string[]>;

export interface ProposedRoot {
  readonly name: string | null;
  readonly label: string | null;
  readonly contentType: string;
  readonly url: string | null;
  readonly dockerUpstreamName: string | null;
  readonly isUnprotected: boolean;
}

/** Problems of the values themselves, and names taken in the product; `except` is the root that is being changed. */
export function rootProblems(world: World, product: Product, values: ProposedRoot, except?: RootRepository): Problems {
  const others = world.roots.filter((root) => root.productId === product.id && root.id !== except?.id);
  const isDocker = values.contentType === 'docker';
  const lacksUpstream = isDocker && values.url !== null && values.dockerUpstreamName === null;
  const taken = 'has already been taken for this product.';
  const isTaken = (key: 'name' | 'label'): boolean => others.some((root) => root[key] === values[key]);
  return collect([
    ['label', labelProblems(values.label)],
    ['name', nameProblems(values.name)],
    ['name', isTaken('name') ? [taken] : []],
    ['label', isTaken('label') ? [taken] : []],
    ['docker_upstream_name', lacksUpstream ? ['cannot be blank when Repository URL is provided.'] : []],
    ['base', lacksUpstream ? ['Upstream Name cannot be blank when Repository URL is provided.'] : []],
    ['base', isDocker && !values.isUnprotected ? [NOT_PROTECTED] : []],
  ]);
}

const NOT_PROTECTED =
  'Container Image Repositories are not protected at this time. They need to be published via http to be available to containers.';

/** Problems of the registry name, which is one for the whole system. */
export function containerNameProblems(
  world: World,
  traits: Traits,
  repository: { name: string; containerName: string; environmentName: string },
): Problems {
  const { name, containerName, environmentName } = repository;
  if (!isValidContainerName(containerName, traits)) return { container_repository_name: [invalidNameText(traits)] };
  if (!world.repositories.some((row) => row.containerRepositoryName === containerName)) return {};
  return {
    container_repository_name: [
      `for repository '${name}' is not unique and cannot be created in '${environmentName}'. Its Container Repository Name (${containerName}) conflicts with an existing repository.  Consider changing the Lifecycle Environment's Registry Name Pattern to something more specific.`,
    ],
  };
}

/** Path that stays, whatever the registry name becomes. */
export function relativePathOf(organization: string, product: string, repository: string): string {
  return [organization, product, repository].join('-').toLowerCase();
}

/** Attributes in the order in which their first problem came. */
function collect(found: readonly (readonly [attribute: string, texts: readonly string[]])[]): Problems {
  const problems: Problems = {};
  for (const [attribute, texts] of found) {
    if (texts.length > 0) problems[attribute] = [...(problems[attribute] ?? []), ...texts];
  }
  return problems;
}
