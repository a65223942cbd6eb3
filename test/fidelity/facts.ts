/**
 * What the recordings tell about rows that were made outside of them: names, labels, hrefs. Only what somebody else
 * did before goes into the world from here, never what the stand-in has to find out itself.
 */
import { isObject, type JsonObject, numberAt, objectAt, objectsIn, textAt } from './json.ts';
import type { RecordedExchange, Recording } from './recording.ts';

/** Something seen, and when. */
export interface Sighting {
  /** place of the exchange in the order of replay */
  readonly at: number;
  readonly row: JsonObject;
}

/** Rows that Katello makes along with an organization. */
export interface Companions {
  readonly libraryId?: number;
  readonly viewId?: number;
  readonly versionId?: number;
}

export interface Facts {
  readonly organizations: ReadonlyMap<number, JsonObject>;
  readonly environments: ReadonlyMap<number, readonly Sighting[]>;
  /** what comes with an organization, by its id */
  readonly companions: ReadonlyMap<number, Companions>;
  readonly products: ReadonlyMap<number, JsonObject>;
  readonly repositories: ReadonlyMap<number, readonly Sighting[]>;
  readonly proxies: ReadonlyMap<number, readonly Sighting[]>;
  /** images and lists, by digest */
  readonly manifests: ReadonlyMap<string, JsonObject>;
  /** product that the `pusher` of the recordings may push to */
  readonly pushProductId: number;
}

export function collectFacts(recordings: readonly Recording[]): Facts {
  const organizations = new Map<number, JsonObject>();
  const environments = new Map<number, Sighting[]>();
  const companions = new Map<number, Companions>();
  const products = new Map<number, JsonObject>();
  const repositories = new Map<number, Sighting[]>();
  const proxies = new Map<number, Sighting[]>();
  const manifests = new Map<string, JsonObject>();

  recordings.forEach((recording, at) => {
    if (recording.kind !== 'exchange' || recording.response.status >= 300) return;
    for (const row of objectsIn(recording.response.body)) {
      if ('current_request_id' in row) {
        noteTaskProduct(products, row);
        noteTaskRepository(repositories, row);
      }
      const digest = textAt(row, 'digest');
      if (digest !== null) manifests.set(digest, { ...manifests.get(digest), ...row });
      const id = numberAt(row, 'id');
      if (id === null) continue;
      if ('library_id' in row) noteRepository(repositories, id, { ...row, product: { id: row['product_id'] } });
      if ('prior_id' in row) noteOwner(organizations, row);
      if (isOrganization(row)) merge(organizations, id, row);
      if (isProduct(row)) merge(products, id, { ...row, organization_id: organizationIdOf(row, recording) });
      if ('default_content_view_id' in row) noteLibrary(companions, row);
      if ('registry_name_pattern' in row && 'organization_id' in row) {
        add(environments, id, { at, row });
        const organizationId = numberAt(row, 'organization_id') ?? 0;
        companions.set(organizationId, { ...companions.get(organizationId), libraryId: id });
      }
      if ('supported_pulp_types' in row) add(proxies, id, { at, row });
      if ('backend_identifier' in row) {
        add(repositories, id, { at, row });
        noteDefaultView(companions, row);
        noteProduct(products, row);
      }
    }
  });
  return {
    organizations,
    environments,
    companions,
    products,
    repositories,
    proxies,
    manifests,
    pushProductId: pushProductOf(recordings),
  };
}

/** The sighting that tells best how the row was just before: the last one so far, else the first one after. */
export function nearest(sightings: readonly Sighting[] | undefined, at: number): JsonObject | null {
  const before = sightings?.findLast((sighting) => sighting.at < at);
  return (before ?? sightings?.[0])?.row ?? null;
}

function isOrganization(row: JsonObject): boolean {
  return typeof row['label'] === 'string' && typeof row['title'] === 'string';
}

function isProduct(row: JsonObject): boolean {
  return 'cp_id' in row && 'provider_id' in row;
}

/** Task inputs name product and organization side by side. */
function noteTaskProduct(products: Map<number, JsonObject>, input: JsonObject): void {
  const product = objectAt(input, 'product');
  const id = numberAt(product, 'id');
  if (id !== null)
    merge(products, id, { ...product, organization_id: numberAt(objectAt(input, 'organization'), 'id') });
}

/** The repository of a task. */
function noteTaskRepository(repositories: Map<number, Sighting[]>, input: JsonObject): void {
  const repository = objectAt(input, 'repository');
  const id = numberAt(repository, 'id');
  if (id === null) return;
  const organizationId = numberAt(objectAt(input, 'organization'), 'id');
  noteRepository(repositories, id, {
    ...repository,
    product: objectAt(input, 'product'),
    organization_id: organizationId,
  });
}

/** A repository that is told of but never shown: seen never, so that any real sighting is nearer. */
function noteRepository(repositories: Map<number, Sighting[]>, id: number, told: JsonObject): void {
  if (repositories.has(id)) return;
  const row = { label: told['name'], ...told, content_id: String(1_700_000_000_000 + id) };
  repositories.set(id, [{ at: Number.POSITIVE_INFINITY, row }]);
}

/** The organization of an environment that a smart proxy carries. */
function noteOwner(organizations: Map<number, JsonObject>, environment: JsonObject): void {
  const id = numberAt(environment, 'organization_id');
  if (id !== null && !organizations.has(id)) organizations.set(id, { id, name: environment['organization'] });
}

function noteProduct(products: Map<number, JsonObject>, repository: JsonObject): void {
  const product = objectAt(repository, 'product');
  const id = numberAt(product, 'id');
  if (id === null) return;
  const [organization, label] = labelsOf(repository);
  merge(products, id, {
    id,
    name: product['name'],
    cp_id: product['cp_id'],
    ...(label === null ? {} : { label }),
    ...(organization === null ? {} : { organization_label: organization }),
    ...('organization_id' in repository ? { organization_id: repository['organization_id'] } : {}),
  });
}

/**
 * Labels of organization and product out of `Globex_Corp_Web_Shop_api`. The organization's may be shown beside it; else
 * the path, `globex_corp-web_shop-api`, has another joint where it ends.
 */
function labelsOf(repository: JsonObject): [string | null, string | null] {
  const rest = textAt(repository, 'content_label')?.replace(new RegExp(`_${String(repository['label'])}$`), '') ?? '';
  const known = textAt(objectAt(repository, 'organization'), 'label') ?? '';
  const path = textAt(repository, 'relative_path') ?? '';
  const joints = Array.from(rest, (letter, at) => letter === '_' && /[-/]/.test(path[at] ?? ''));
  const end = rest.startsWith(`${known}_`) ? known.length : joints.indexOf(true);
  return end > 0 ? [rest.slice(0, end), rest.slice(end + 1)] : [null, null];
}

function noteLibrary(companions: Map<number, Companions>, organization: JsonObject): void {
  const [id, libraryId, viewId] = ['id', 'library_id', 'default_content_view_id'].map((key) =>
    numberAt(organization, key),
  );
  if (typeof id !== 'number' || typeof libraryId !== 'number' || typeof viewId !== 'number') return;
  companions.set(id, { versionId: viewId, ...companions.get(id), libraryId, viewId });
}

function noteDefaultView(companions: Map<number, Companions>, repository: JsonObject): void {
  const organizationId = numberAt(repository, 'organization_id');
  const viewId = numberAt(objectAt(repository, 'content_view'), 'id');
  const versionId = numberAt(objectAt(repository, 'content_view_version'), 'id');
  const isDefault = textAt(objectAt(repository, 'content_view'), 'name') === 'Default Organization View';
  if (isDefault && organizationId !== null && viewId !== null && versionId !== null) {
    companions.set(organizationId, { ...companions.get(organizationId), viewId, versionId });
  }
}

function organizationIdOf(row: JsonObject, { response }: RecordedExchange): unknown {
  return row['organization_id'] ?? (isObject(response.body) ? response.body['organization_id'] : null);
}

function pushProductOf(recordings: readonly Recording[]): number {
  for (const recording of recordings) {
    if (recording.kind !== 'exchange' || recording.as !== 'pusher' || recording.response.status !== 200) continue;
    const id = /\/products\/(\d+)/.exec(recording.request.path)?.[1];
    if (id !== undefined) return Number(id);
  }
  return 0;
}

function merge(map: Map<number, JsonObject>, id: number, row: JsonObject): void {
  const known = Object.entries(row).filter(([, value]) => value !== null && value !== undefined);
  map.set(id, { ...map.get(id), ...Object.fromEntries(known) });
}

function add(map: Map<number, Sighting[]>, id: number, sighting: Sighting): void {
  const seen = (map.get(id) ?? []).filter(({ at }) => Number.isFinite(at));
  map.set(id, [...seen, sighting]);
}
