/** The registry name of a repository row, or of one that is about to be made. */
import { contextOf, defaultViewOf, getById, libraryOf, versionsOf } from '../state/find.ts';
import type { ContentView, ContentViewVersion, Environment, Product, Repository, World } from '../state/rows.ts';
import type { Traits } from '../traits.ts';
import { renderContainerName } from './container-name.ts';
import { versionNumber } from './version-name.ts';

/** Name of a row under a pattern. @throws PatternError */
export function containerNameOf(world: World, repository: Repository, pattern: string | null, traits: Traits): string {
  const { root, product, environment, version, contentView } = contextOf(world, repository);
  return nameOf(
    world,
    { product, root, environment, version, contentView },
    environment === null ? null : pattern,
    traits,
  );
}

/** Name that a new library instance of the product would get. @throws PatternError */
export function newContainerName(
  world: World,
  product: Product,
  root: { name: string; label: string },
  traits: Traits,
): string {
  const environment = libraryOf(world, product.organizationId);
  const contentView = defaultViewOf(world, product.organizationId);
  const [version = null] = versionsOf(world, contentView.id);
  return nameOf(world, { product, root, environment, version, contentView }, environment.registryNamePattern, traits);
}

/** Name that a copy in an environment, or an archive, of a content view version gets. */
export function copyContainerName(
  world: World,
  repository: Repository,
  place: { environment: Environment | null; version: ContentViewVersion; contentView: ContentView },
  traits: Traits,
): string {
  const { root, product } = contextOf(world, repository);
  return nameOf(world, { product, root, ...place }, place.environment?.registryNamePattern ?? null, traits);
}

interface Place {
  readonly product: Product;
  readonly root: { readonly name: string; readonly label: string };
  readonly environment: Environment | null;
  readonly version: ContentViewVersion | null;
  readonly contentView: ContentView;
}

function nameOf(world: World, place: Place, pattern: string | null, traits: Traits): string {
  const { product, root, environment, version, contentView } = place;
  const organization = getById(world.organizations, product.organizationId);
  const number = version === null ? '' : versionNumber(version);
  return renderContainerName(
    pattern,
    {
      organization: organization.label,
      product: product.label,
      repository: root.label,
      environment: contentView.isDefault ? null : (environment?.label ?? null),
      contentView: contentView.isDefault ? null : contentView.label,
      version: contentView.isDefault ? null : number,
    },
    {
      organization: { name: organization.name, label: organization.label },
      product: { name: product.name, label: product.label },
      repository: { name: root.name, label: root.label, docker_upstream_name: '' },
      lifecycle_environment: { name: environment?.name ?? '', label: environment?.label ?? '' },
      content_view: { name: contentView.name, label: contentView.label },
      content_view_version: { version: number },
    },
    traits,
  );
}
