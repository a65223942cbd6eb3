/** Puts rows in that somebody else had made before an exchange: what its request names and what its answer shows. */
import { providerIdOf } from '../support/katello/state/organizations.ts';
import { type Arrangement, companionsOf, isCreateOf, isImport } from './arrangement.ts';
import { nearest } from './facts.ts';
import { type JsonObject, listAt, numberAt, objectAt, objectsIn, textAt } from './json.ts';
import { deletedDistributionOf, distributionOf } from './known-to-pulp.ts';
import { type RecordedExchange, type Recording } from './recording.ts';
import { seedContent } from './seed-content.ts';
import {
  environmentIdsOf,
  environmentRow,
  organizationRow,
  productRow,
  proxyRow,
  repositoryRow,
  rootRow,
} from './world-rows.ts';

/** Rows that the request names or the answer shows. */
export function ensureShown(arrangement: Arrangement, { request, response }: RecordedExchange, at: number): void {
  const isCreate = request.method === 'POST' && response.status === 201;
  if (response.status !== 404) {
    const [, kind = '', text = ''] = /\/(repositories|products|environments|capsules)\/(\d+)/.exec(request.path) ?? [];
    const id = Number(text);
    if (kind === 'repositories') ensureRepository(arrangement, id, at, isImport(request.path));
    if (kind === 'products') ensureProduct(arrangement, id);
    if (kind === 'capsules') ensureProxy(arrangement, id, at);
    if (kind === 'environments' && request.method === 'PUT') ensureMembers(arrangement, 'kt_environment', id, at);
    if (kind === 'products' && request.method === 'DELETE' && response.status < 300)
      ensureMembers(arrangement, 'product', id, at);
  }
  const queried = new URL(request.path, 'http://katello').searchParams.get('repository_id');
  if (queried !== null && response.status === 200) ensureRepository(arrangement, Number(queried), at);
  for (const key of ['product_id', 'repository_id']) {
    const id = numberAt(request.body, key);
    if (id !== null && key === 'product_id') ensureProduct(arrangement, id);
    if (id !== null && key === 'repository_id') ensureRepository(arrangement, id, at);
  }
  for (const id of listAt(request.body, 'repository_ids')) ensureRepository(arrangement, Number(id), at);
  if (isCreate || response.status >= 300) return;
  for (const row of objectsIn(response.body)) {
    const id = numberAt(row, 'id');
    if (id === null) continue;
    if ('supported_pulp_types' in row) ensureProxy(arrangement, id, at);
    if ('provider_id' in row && 'cp_id' in row) ensureProduct(arrangement, id);
    if ('backend_identifier' in row && row['library_instance_id'] === null) ensureRepository(arrangement, id, at);
    if ('library_id' in row && row['library_id'] === null) ensureRepository(arrangement, id, at);
    if ('title' in row && 'label' in row) ensureOrganization(arrangement, id, at);
  }
}

/** What a refused create collides with. */
export function ensureRivals(arrangement: Arrangement, { request, response }: RecordedExchange, at: number): void {
  const text = JSON.stringify(response.body);
  if (!text.includes('taken') && !text.includes('not unique')) return;
  const [name, label] = [textAt(request.body, 'name'), textAt(request.body, 'label')];
  const isRival = (fact: JsonObject): boolean =>
    fact['name'] === name ||
    fact['label'] === (label ?? name) ||
    text.includes(`(${String(fact['container_repository_name'])})`);
  if (request.path.includes('/products')) {
    for (const [id, fact] of arrangement.facts.products) if (isRival(fact)) ensureProduct(arrangement, id);
  }
  if (request.path.includes('/repositories')) {
    for (const [id, seen] of arrangement.facts.repositories) {
      if (seen.some(({ row }) => isRival(row))) ensureRepository(arrangement, id, at);
    }
  }
}

export function ensureOrganization({ world, facts }: Arrangement, id: number, at: number): void {
  if (world.organizations.some((row) => row.id === id)) return;
  world.organizations.push(organizationRow(id, providerIdOf(world), facts.organizations.get(id)));
  const { libraryId: environmentId, viewId, versionId } = companionsOf(facts, id);
  const row = environmentRow(environmentId, id, nearest(facts.environments.get(environmentId), at));
  world.environments.push(row);
  world.contentViews.push({
    id: viewId,
    organizationId: id,
    name: 'Default Organization View',
    label: 'Default_Organization_View',
    isDefault: true,
    description: null,
    repositoryIds: [],
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
  });
  world.contentViewVersions.push({
    id: versionId,
    contentViewId: viewId,
    major: 1,
    environmentIds: [environmentId],
    createdAt: row.createdAt,
  });
}

function ensureProduct({ world, facts, destroyed }: Arrangement, id: number): void {
  const fact = facts.products.get(id);
  if (fact === undefined || world.products.some((row) => row.id === id) || destroyed.has(`product ${id}`)) return;
  const organization = world.organizations.find((row) => row.label === textAt(fact, 'organization_label'));
  const row = productRow(id, { organization_id: organization?.id ?? 1, ...fact });
  if (!world.organizations.some(({ id: known }) => known === row.organizationId)) row.organizationId = 1;
  world.products.push(row);
}

/**
 * Puts a repository in that was made outside of the recordings.
 *
 * @param isEarlier what was seen of it came later than a version that is about to be made: it starts without content
 */
function ensureRepository(arrangement: Arrangement, id: number, at: number, isEarlier = false): void {
  const { world, facts, destroyed } = arrangement;
  const seen = facts.repositories.get(id);
  const fact = nearest(seen, at);
  if (fact === null || world.repositories.some((row) => row.id === id) || destroyed.has(`repository ${id}`)) return;
  if (numberAt(fact, 'library_instance_id') !== null) return;
  const productId = numberAt(objectAt(fact, 'product'), 'id');
  const organizationId = numberAt(fact, 'organization_id') ?? 1;
  ensureOrganization(arrangement, organizationId, at);
  if (productId !== null) ensureProduct(arrangement, productId);
  const name = textAt(fact, 'container_repository_name') ?? '';
  const distribution = distributionOf(arrangement, name) ?? deletedDistributionOf(arrangement, id);
  const row = { ...repositoryRow(id, fact, distribution), rootId: 1000 + id };
  const { libraryId, versionId } = companionsOf(facts, organizationId);
  row.environmentId ??= libraryId;
  if (!('content_view_version' in fact)) row.contentViewVersionId = versionId;
  if (isEarlier && !seen?.some((sighting) => sighting.at < at)) row.versionHref = `${row.pulpHref}versions/0/`;
  world.roots.push(rootRow(1000 + id, fact));
  world.repositories.push(row);
  if (!isEarlier) seedContent(world, row, fact, shownTags(arrangement.recordings, id));
}

/** The tags that a listing shows of the repository, if there is one. */
function shownTags(recordings: readonly Recording[], id: number): readonly unknown[] {
  for (const recording of recordings) {
    if (recording.kind !== 'exchange' || !recording.request.path.includes('/docker_tags?')) continue;
    const queried = new URL(recording.request.path, 'http://katello').searchParams.get('repository_id');
    if (queried === String(id) && recording.response.status === 200) return listAt(recording.response.body, 'results');
  }
  return [];
}

/** Every repository that is told nearby to hang on that record, unless an exchange is going to make it. */
function ensureMembers(arrangement: Arrangement, key: string, ownerId: number, at: number): void {
  const { facts, recordings } = arrangement;
  const hundred = (index: number): number => Math.floor((recordings[index]?.number ?? 0) / 100);
  for (const [id, seen] of facts.repositories) {
    const isMember = seen.some(
      (sighting) =>
        numberAt(objectAt(sighting.row, key), 'id') === ownerId &&
        (!Number.isFinite(sighting.at) || hundred(sighting.at) === hundred(at)),
    );
    const isToCome = recordings.slice(at).some((recording) => isCreateOf(recording, '/repositories', id));
    if (isMember && !isToCome) ensureRepository(arrangement, id, at);
  }
}

function ensureProxy({ world, facts }: Arrangement, id: number, at: number): void {
  const fact = nearest(facts.proxies.get(id), at);
  if (fact === null || world.proxies.some((row) => row.id === id)) return;
  // attaching an environment to a mirror is recorded: it starts with none
  world.proxies.push({ ...proxyRow(id, fact), environmentIds: [] });
}

/** Attaching an environment to a proxy was never recorded for the primary: its list is taken as it is shown. */
export function attachEnvironments(arrangement: Arrangement, body: unknown, at: number): void {
  const { world } = arrangement;
  for (const shown of objectsIn(body)) {
    const organizationId = 'prior_id' in shown ? numberAt(shown, 'organization_id') : null;
    if (organizationId !== null) ensureOrganization(arrangement, organizationId, at);
  }
  for (const shown of objectsIn(body)) {
    if (!('supported_pulp_types' in shown)) continue;
    const proxy = world.proxies.find((row) => row.id === numberAt(shown, 'id'));
    const known = environmentIdsOf(shown).filter((id) => world.environments.some((row) => row.id === id));
    if (proxy?.isPrimary === true) proxy.environmentIds = known;
  }
}
