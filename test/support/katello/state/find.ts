/** Look-ups over the world that several rooms share. A `get…` throws where the row must exist. */
import type {
  ContentView,
  ContentViewVersion,
  Environment,
  Manifest,
  Organization,
  Product,
  Repository,
  RootRepository,
  User,
  World,
} from './rows.ts';

/** The row with that id. @throws Error when there is none: rows refer to each other, so it is a bug */
export function getById<T extends { id: number }>(rows: readonly T[], id: number): T {
  const row = rows.find((candidate) => candidate.id === id);
  if (row === undefined) throw new Error(`no row ${id}`);
  return row;
}

export function findUser(world: World, login: string): User | undefined {
  return world.users.find((user) => user.login === login);
}

/** Everything a repository hangs on. */
export interface RepositoryContext {
  readonly repository: Repository;
  readonly root: RootRepository;
  readonly product: Product;
  readonly organization: Organization;
  readonly environment: Environment | null;
  readonly version: ContentViewVersion;
  readonly contentView: ContentView;
}

export function contextOf(world: World, repository: Repository): RepositoryContext {
  const root = getById(world.roots, repository.rootId);
  const product = getById(world.products, root.productId);
  const version = getById(world.contentViewVersions, repository.contentViewVersionId);
  return {
    repository,
    root,
    product,
    organization: getById(world.organizations, product.organizationId),
    environment: repository.environmentId === null ? null : getById(world.environments, repository.environmentId),
    version,
    contentView: getById(world.contentViews, version.contentViewId),
  };
}

/** Library instances of a product's repositories. */
export function libraryRepositoriesOf(world: World, productId: number): Repository[] {
  return world.repositories.filter(
    (repository) =>
      repository.libraryInstanceId === null && getById(world.roots, repository.rootId).productId === productId,
  );
}

/** The instance itself and all its copies and archives. */
export function instancesOf(world: World, repository: Repository): Repository[] {
  return world.repositories.filter((candidate) => candidate.rootId === repository.rootId);
}

export function libraryOf(world: World, organizationId: number): Environment {
  const library = world.environments.find((row) => row.organizationId === organizationId && row.isLibrary);
  if (library === undefined) throw new Error(`organization ${organizationId} has no Library`);
  return library;
}

export function defaultViewOf(world: World, organizationId: number): ContentView {
  const view = world.contentViews.find((row) => row.organizationId === organizationId && row.isDefault);
  if (view === undefined) throw new Error(`organization ${organizationId} has no default view`);
  return view;
}

export function versionsOf(world: World, contentViewId: number): ContentViewVersion[] {
  return world.contentViewVersions.filter((version) => version.contentViewId === contentViewId);
}

/** Units of one kind that are linked to the repository. */
export function manifestsOf(world: World, repositoryId: number, kind: Manifest['kind']): Manifest[] {
  const ids = unitIds(world.manifestLinks, repositoryId);
  return world.manifests.filter((manifest) => manifest.kind === kind && ids.has(manifest.id));
}

/** Ids of the units that the links give a repository. */
export function unitIds(links: readonly { repositoryId: number; unitId: number }[], repositoryId: number): Set<number> {
  return new Set(links.filter((link) => link.repositoryId === repositoryId).map((link) => link.unitId));
}
