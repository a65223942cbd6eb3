/**
 * Makes the world ready for one exchange: rows that somebody else had made before it are put in, a row that it is going
 * to make is taken out, and the ids that it is going to give out come next.
 */
import { providerIdOf } from '../support/katello/state/organizations.ts';
import type { Task, World } from '../support/katello/state/rows.ts';
import { type Companions, type Facts, nearest } from './facts.ts';
import { isObject, type JsonObject, listAt, numberAt, objectAt, objectsIn, textAt } from './json.ts';
import type { PulpCall, RecordedCalls, RecordedExchange, Recording } from './recording.ts';
import { seedContent } from './seed-content.ts';
import {
  environmentIdsOf,
  environmentRow,
  isTask,
  linksOf,
  organizationRow,
  productRow,
  proxyRow,
  repositoryRow,
  rootRow,
  taskRow,
} from './world-rows.ts';

export interface Arrangement {
  readonly world: World;
  readonly facts: Facts;
  readonly recordings: readonly Recording[];
  /** recorded ids of tasks that the stand-in itself ran, and its own ids for them */
  readonly taskIds: Map<string, string>;
  /** repositories and products that an exchange destroyed: they do not come back */
  readonly destroyed: ReadonlySet<string>;
}

/** Arranges the world for the exchange at that place in the order. */
export function arrange(arrangement: Arrangement, exchange: RecordedExchange, at: number): void {
  const { status, body } = exchange.response;
  releaseForeignLocks(arrangement.world);
  ensureShown(arrangement, exchange, at);
  if (exchange.request.method === 'POST' && status === 201) prepareCreate(arrangement, exchange);
  if (exchange.request.method === 'POST' && status === 500) prepareHalfCreate(arrangement, exchange);
  if (exchange.request.path.endsWith('/publish')) prepareCopies(arrangement, exchange);
  if (exchange.request.method === 'DELETE') adoptDeleted(arrangement, exchange);
  if (isImport(exchange.request.path)) adoptTagged(arrangement, exchange);
  if (status === 422) ensureRivals(arrangement, exchange, at);
  ensureTasks(arrangement, exchange);
  if (status === 400 || status === 422) ensureLock(arrangement, exchange);
  if (/\/(capsules|smart_proxies)(\?|\/\d+$|$)/.test(exchange.request.path)) attachEnvironments(arrangement, body, at);
}

/** Rows that the request names or the answer shows. */
function ensureShown(arrangement: Arrangement, { request, response }: RecordedExchange, at: number): void {
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

function companionsOf(facts: Facts, organizationId: number): Required<Companions> {
  const unknown = 100 + organizationId;
  return { libraryId: unknown, viewId: unknown, versionId: unknown, ...facts.companions.get(organizationId) };
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

function isImport(path: string): boolean {
  return path.endsWith('/import_uploads');
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

function isCreateOf(recording: Recording, path: string, id: number | null): boolean {
  return (
    recording.kind === 'exchange' &&
    recording.request.method === 'POST' &&
    recording.request.path.endsWith(path) &&
    recording.response.status === 201 &&
    numberAt(recording.response.body, 'id') === id
  );
}

/** Copies get the ids that they are shown with; the archive comes before the copy. */
function prepareCopies({ world, facts }: Arrangement, { request }: RecordedExchange): void {
  const viewId = Number(/\/content_views\/(\d+)/.exec(request.path)?.[1]);
  for (const [id, seen] of facts.repositories) {
    const isCopy = seen.some(({ row }) => numberAt(objectAt(row, 'content_view'), 'id') === viewId);
    if (isCopy) world.nextIds['repositories'] = id - 1;
  }
}

/** The distribution that went when the repository was destroyed. */
function deletedDistributionOf({ recordings }: Arrangement, id: number): string | null {
  const destroy = recordings.find(
    (recording) =>
      recording.kind === 'exchange' &&
      recording.request.method === 'DELETE' &&
      recording.response.status === 200 &&
      recording.request.path.split('?')[0]?.endsWith(`/repositories/${id}`) === true,
  );
  return destroy === undefined ? null : (deletedBy(recordings, destroy.slug).find(isDistribution) ?? null);
}

function deletedBy(recordings: readonly Recording[], slug: string): string[] {
  return callsOf(recordings, slug)
    .filter((call) => call.method === 'DELETE')
    .map((call) => call.path);
}

/** The calls to Pulp that were recorded under that name. */
function callsOf(recordings: readonly Recording[], slug: string): readonly PulpCall[] {
  return recordings
    .filter((recording): recording is RecordedCalls => recording.kind === 'pulp-calls')
    .filter((recording) => recording.slug === `pulp-calls-${slug}`)
    .flatMap(({ calls }) => calls);
}

function isDistribution(path: string): boolean {
  return path.includes('/distributions/');
}

/** The repository that Katello told Pulp to tag in is the one it has. */
function adoptTagged({ world, recordings }: Arrangement, { request, slug }: RecordedExchange): void {
  const id = Number(/\/repositories\/(\d+)/.exec(request.path)?.[1]);
  const repository = world.repositories.find((row) => row.id === id);
  if (repository === undefined || repository.pulpHref !== null) return;
  const calls = callsOf(recordings, slug);
  const written = calls.find((call) => call.method === 'POST' && /\/(tag|add)\/$/.test(call.path));
  if (written === undefined) return;
  repository.pulpHref = written.path.replace(/(tag|add)\/$/, '');
  repository.versionHref = `${repository.pulpHref}versions/0/`;
  const names = calls.map((call) => new URL(call.path, 'http://pulp').searchParams.get('base_path'));
  repository.containerRepositoryName = names.find((name) => name !== null) ?? repository.containerRepositoryName;
  repository.distributionHref ??= rememberedIn(calls);
}

/** A distribution that Katello found and did not read again, or read again in vain, is the one it had remembered. */
function rememberedIn(calls: readonly PulpCall[]): string | null {
  const read = calls.filter((call) => call.method === 'GET' && /\/distributions\/.*[0-9a-f]\/$/.test(call.path));
  const lost = read.find((call) => call.status === 404)?.path ?? null;
  const found = calls.map((call) =>
    textAt(listAt(call.response, 'results')[0], 'base_path') === null
      ? null
      : textAt(listAt(call.response, 'results')[0], 'pulp_href'),
  );
  return lost ?? (read.length > 0 ? null : (found.find((href) => href !== null) ?? null));
}

/** What Katello told Pulp to delete is what it had remembered. */
function adoptDeleted(arrangement: Arrangement, { request, slug }: RecordedExchange): void {
  const deleted = deletedBy(arrangement.recordings, slug);
  const [, kind = '', id = ''] = /\/(repositories|products)\/(\d+)/.exec(request.path) ?? [];
  const { world } = arrangement;
  const repository = world.repositories.find(
    (row) => row.id === (kind === 'repositories' ? Number(id) : libraryOf(world, Number(id))),
  );
  if (repository === undefined) return;
  repository.distributionHref ??= deleted.find(isDistribution) ?? null;
  repository.pulpHref ??= deleted.find((path) => path.includes('/repositories/')) ?? null;
}

function ensureProxy({ world, facts }: Arrangement, id: number, at: number): void {
  const fact = nearest(facts.proxies.get(id), at);
  if (fact === null || world.proxies.some((row) => row.id === id)) return;
  // attaching an environment to a mirror is recorded: it starts with none
  world.proxies.push({ ...proxyRow(id, fact), environmentIds: [] });
}

/** Attaching an environment to a proxy was never recorded for the primary: its list is taken as it is shown. */
function attachEnvironments(arrangement: Arrangement, body: unknown, at: number): void {
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

/** The distribution that Katello remembered, as the recorded calls tell: it was found and not read again. */
function distributionOf({ recordings }: Arrangement, basePath: string): string | null {
  const lists = recordings
    .filter((recording): recording is RecordedCalls => recording.kind === 'pulp-calls')
    .flatMap(({ calls }) => calls)
    .filter((call) => new URL(call.path, 'http://pulp').searchParams.get('base_path') === basePath)
    .map((call) => listAt(call.response, 'results')[0]);
  return textAt(lists.find(isObject), 'pulp_href');
}

/** The row of a create is not there yet, and its id is the next one. */
function prepareCreate({ world, facts }: Arrangement, { request, response }: RecordedExchange): void {
  const id = numberAt(response.body, 'id');
  if (id === null) return;
  if (request.path.includes('/products')) {
    const name = textAt(request.body, 'name');
    world.products = world.products.filter((row) => row.id !== id && row.name !== name);
    world.nextIds['products'] = id;
  } else if (request.path.includes('/repositories')) {
    world.repositories = world.repositories.filter((row) => row.id !== id);
    world.roots = world.roots.filter((row) => row.id !== 1000 + id);
    world.nextIds['repositories'] = id;
  } else if (request.path.includes('/organizations')) {
    const { libraryId, viewId, versionId } = companionsOf(facts, id);
    world.nextIds['organizations'] = id;
    world.nextIds['environments'] = libraryId;
    world.nextIds['contentViews'] = viewId;
    world.nextIds['contentViewVersions'] = versionId;
  } else if (request.path.includes('/content_views')) {
    world.nextIds['contentViews'] = id;
    world.nextIds['contentViewVersions'] = id;
  }
}

/** A create that fails behind its planning leaves a row, whose id later answers tell. */
function prepareHalfCreate({ world, facts }: Arrangement, { request, response }: RecordedExchange): void {
  const isHalf = JSON.stringify(response.body).includes('CandlepinError');
  const name = textAt(request.body, 'name');
  if (isHalf && name !== null) arrangeNextId(world, facts, name, numberAt(request.body, 'product_id'));
}

/** What a refused create collides with. */
function ensureRivals(arrangement: Arrangement, { request, response }: RecordedExchange, at: number): void {
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

/** Tasks that the answer shows and that the stand-in did not run. */
function ensureTasks(arrangement: Arrangement, { request, response }: RecordedExchange): void {
  const { world, taskIds } = arrangement;
  if (!request.path.startsWith('/foreman_tasks/') && !request.path.includes('/content/sync')) return;
  if (request.method !== 'GET' || response.status !== 200) return;
  const mine = new Set(taskIds.values());
  let newerThan = new Date(
    Math.max(Date.now(), ...world.tasks.map((task) => Date.parse(task.startedAt))) + 1_000,
  ).toISOString();
  for (const shown of objectsIn(response.body)) {
    const id = textAt(shown, 'id') ?? '';
    if (!isTask(shown)) continue;
    const own = world.tasks.findLast(
      (task) => task.id === taskIds.get(id) || (!mine.has(task.id) && isSameTask(task, shown)),
    );
    if (own !== undefined) {
      taskIds.set(id, own.id);
      mine.add(own.id);
      newerThan = own.startedAt;
      continue;
    }
    if (isMakingOfOwn(arrangement, shown)) continue;
    const user = world.users.find((row) => row.login === textAt(shown, 'username'));
    const row = taskRow(shown, user?.id ?? 1, linksOf(shown));
    // lists start with the newest: it began before the one above it
    row.startedAt = new Date(Date.parse(newerThan) - 1).toISOString();
    newerThan = row.startedAt;
    world.tasks = world.tasks.filter((task) => task.id !== id);
    world.tasks.push(row);
  }
  world.tasks.sort((a, b) => a.startedAt.localeCompare(b.startedAt));
}

/** Does it belong to the making of a record that an exchange made? Then the stand-in has to have run it itself. */
function isMakingOfOwn({ recordings }: Arrangement, shown: JsonObject): boolean {
  if (!/::(CreateRoot|MetadataGenerate|Product::Create)$/.test(textAt(shown, 'label') ?? '')) return false;
  const input = objectAt(shown, 'input');
  const repositoryId = numberAt(objectAt(input, 'repository'), 'id');
  const productId = numberAt(objectAt(input, 'product'), 'id');
  return recordings.some((recording) =>
    repositoryId === null
      ? isCreateOf(recording, '/products', productId)
      : isCreateOf(recording, '/repositories', repositoryId),
  );
}

/** Did the stand-in run what is shown? Then it says so in the same words about the same records. */
function isSameTask(task: Task, shown: JsonObject): boolean {
  const isOwn = Object.keys(task.plan).length > 0;
  const subject = numberAt(objectAt(objectAt(shown, 'input'), 'repository'), 'id');
  const isSubject = subject === null || task.links.some((link) => link.resourceId === subject);
  const isResult = task.state !== 'stopped' || task.result === shown['result'];
  return isOwn && isSubject && isResult && task.label === shown['label'] && task.action === shown['action'];
}

/** Locks of tasks that nobody runs hold only for the exchange that told of them. */
function releaseForeignLocks(world: World): void {
  const foreign = new Set(world.tasks.filter((task) => Object.keys(task.plan).length === 0).map((task) => task.id));
  world.locks = world.locks.filter((lock) => !foreign.has(lock.taskId));
}

/** A conflict names the task that holds the lock, which nobody recorded. */
function ensureLock({ world, taskIds }: Arrangement, { request, response }: RecordedExchange): void {
  const text = textAt(response.body, 'message') ?? textAt(response.body, 'displayMessage') ?? '';
  if (!text.startsWith('Required lock')) return;
  const id = /tasks\/tasks\/([0-9a-f-]{36})/.exec(text)?.[1] ?? '';
  const isOwn = world.tasks.some((task) => task.id === (taskIds.get(id) ?? id) && Object.keys(task.plan).length > 0);
  if (isOwn) return;
  const [, kind = '', resource = ''] = /\/(repositories|products)\/(\d+)/.exec(request.path) ?? [];
  const held = kind === 'repositories' ? Number(resource) : libraryOf(world, Number(resource));
  const label = 'Actions::Katello::Repository::ImportUpload';
  world.tasks = world.tasks.filter((task) => task.id !== id);
  world.tasks.push(taskRow({ id, label, state: 'running', result: 'pending' }, 5, []));
  world.locks.push({ taskId: id, resourceType: 'Katello::Repository', resourceId: held });
}

function libraryOf(world: World, productId: number): number {
  const roots = world.roots.filter((root) => root.productId === productId).map((root) => root.id);
  return world.repositories.find((row) => roots.includes(row.rootId))?.id ?? 0;
}

/** Makes the next id the one that the recordings show for a row of that name. */
export function arrangeNextId(world: World, facts: Facts, name: string, productId: number | null): void {
  if (productId === null) {
    const known = [...facts.products].find(
      ([id, fact]) => fact['name'] === name && !world.products.some((row) => row.id === id),
    );
    if (known !== undefined) world.nextIds['products'] = known[0];
    else world.nextIds['products'] = Math.max(500, ...world.products.map((row) => row.id + 1));
    return;
  }
  const known = [...facts.repositories].find(
    ([id, seen]) =>
      seen.some(({ row }) => row['name'] === name && numberAt(objectAt(row, 'product'), 'id') === productId) &&
      !world.repositories.some((row) => row.id === id),
  );
  world.nextIds['repositories'] = known?.[0] ?? Math.max(500, ...world.repositories.map((row) => row.id + 1));
}
