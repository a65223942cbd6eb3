/** Tags and manifests as Katello's content lists print them. */
import type { App } from '../app.ts';
import { printTime } from '../http/time.ts';
import { versionName } from '../rules/version-name.ts';
import { contextOf, getById } from '../state/find.ts';
import type { Manifest, MetaTag, Repository, Tag } from '../state/rows.ts';
import { fullPath } from './repository.ts';

export function viewTag(app: App, metaTag: MetaTag): Record<string, unknown> {
  const { world } = app;
  const schema1 = manifestOf(app, metaTag.schema1Id);
  const schema2 = manifestOf(app, metaTag.schema2Id);
  const tagId = metaTag.schema2Id ?? metaTag.schema1Id;
  const [first] = repositoriesOf(app, world.tagLinks, tagId);
  const context = first === undefined ? null : contextOf(world, first);
  const manifest = schema2 ?? schema1;
  return {
    id: metaTag.id,
    name: metaTag.name,
    manifest_schema1: schema1 === null ? null : shortManifest(schema1),
    manifest_schema2: schema2 === null ? null : shortManifest(schema2),
    manifest: manifest === null ? null : detailedManifest(app, manifest),
    repositories: repositoriesOf(app, world.metaTagLinks, metaTag.id)
      .toSorted((a, b) => b.id - a.id)
      .map((row) => tagRepository(app, row)),
    product: context === null ? null : { id: context.product.id, name: context.product.name },
    environment:
      context === null || context.environment === null
        ? null
        : { id: context.environment.id, name: context.environment.name },
    content_view_version: context === null ? null : versionReference(app, context.repository),
    upstream_name: context?.root.dockerUpstreamName ?? null,
  };
}

/** An image or a list, with everything that hangs on it; its tags may be those of other repositories. */
export function viewManifest(app: App, manifest: Manifest): Record<string, unknown> {
  const { world, traits } = app;
  const isList = manifest.kind === 'list';
  return {
    id: manifest.id,
    schema_version: manifest.schemaVersion,
    digest: manifest.digest,
    manifest_type: manifest.kind,
    ...(traits.tellsManifestDetails ? { content_type: manifest.contentType } : {}),
    ...(traits.tellsManifestDetails || !isList ? detailsOf(manifest) : {}),
    tags: world.tags.filter((tag) => tag.manifestId === manifest.id).map((tag) => manifestTag(app, tag)),
    ...(isList
      ? { manifests: manifest.memberIds.map((id) => relative(getById(world.manifests, id))) }
      : { manifest_lists: world.manifests.filter((row) => row.memberIds.includes(manifest.id)).map(relative) }),
  };
}

function manifestOf({ world }: App, tagId: number | null): Manifest | null {
  const tag = world.tags.find((row) => row.id === tagId);
  return world.manifests.find((row) => row.id === tag?.manifestId) ?? null;
}

function repositoriesOf(
  { world }: App,
  links: readonly { repositoryId: number; unitId: number }[],
  unitId: number | null,
): Repository[] {
  return links.filter((link) => link.unitId === unitId).map((link) => getById(world.repositories, link.repositoryId));
}

function shortManifest(manifest: Manifest): Record<string, unknown> {
  return {
    id: manifest.pulpHref,
    schema_version: manifest.schemaVersion,
    digest: manifest.digest,
    manifest_type: manifest.kind,
  };
}

function detailedManifest({ world, traits }: App, manifest: Manifest): Record<string, unknown> {
  if (!traits.tellsManifestDetails) return shortManifest(manifest);
  const members = manifest.memberIds.map((id) => getById(world.manifests, id));
  return {
    ...shortManifest(manifest),
    ...detailsOf(manifest),
    ...timesOf(manifest),
    ...(manifest.kind === 'list'
      ? { manifests: members.map((member) => ({ ...relative(member), ...detailsOf(member), ...timesOf(member) })) }
      : {}),
  };
}

function detailsOf({ annotations, labels, isBootable, isFlatpak }: Manifest): Record<string, unknown> {
  return { annotations, labels, is_bootable: isBootable, is_flatpak: isFlatpak };
}

function timesOf({ createdAt, updatedAt }: Manifest): Record<string, unknown> {
  return { created_at: printTime(createdAt), updated_at: printTime(updatedAt) };
}

function relative(manifest: Manifest): Record<string, unknown> {
  const { id, digest, schemaVersion, kind } = manifest;
  return { id, digest, schema_version: schemaVersion, manifest_type: kind };
}

function tagRepository(app: App, repository: Repository): Record<string, unknown> {
  const { traits } = app;
  const { root, product, environment } = contextOf(app.world, repository);
  return {
    id: repository.id,
    name: root.name,
    full_path: fullPath(app, repository),
    ...(traits.tellsProductOfTagRepositories
      ? {
          library_instance: repository.libraryInstanceId === null,
          product_id: product.id,
          product_name: product.name,
        }
      : {}),
    ...(traits.tellsEnvironmentOfTagRepositories
      ? {
          kt_environment: environment === null ? null : { id: environment.id, name: environment.name },
          content_view_version: versionReference(app, repository),
        }
      : {}),
  };
}

function versionReference({ world }: App, repository: Repository): Record<string, unknown> {
  const { version, contentView } = contextOf(world, repository);
  return { id: version.id, name: versionName(contentView, version), content_view_id: contentView.id };
}

/** `repository_id` really holds the name of the first repository that has the tag. */
function manifestTag(app: App, tag: Tag): Record<string, unknown> {
  const metaTag = app.world.metaTags.find((row) => row.schema1Id === tag.id || row.schema2Id === tag.id);
  const [repository] = repositoriesOf(app, app.world.tagLinks, tag.id);
  return {
    id: metaTag?.id ?? null,
    repository_id: repository === undefined ? null : contextOf(app.world, repository).root.name,
    name: tag.name,
  };
}
