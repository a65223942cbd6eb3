/** REST routes of content units and artifacts. */
import { pick, type Unit } from './content.ts';
import { type Call, Refusal, type Route } from './http.ts';
import { type Kernel, resolveVersion } from './kernel.ts';
import { answerList, answerOne, type Filters, identityFilters, type Listing, textFilters } from './lists.ts';
import { API, changesOf, contentHref, renderContent } from './render.ts';
import type { Artifact, Blob, Content, Manifest, Signature, State, Tag } from './state.ts';

export function contentRoutes({ state }: Kernel): Route[] {
  return [
    ...unitRoutes(state, 'tag', tagFilters(state)),
    ...unitRoutes(state, 'manifest', manifestFilters),
    ...unitRoutes(state, 'blob', blobFilters),
    ...unitRoutes(state, 'signature', signatureFilters),
    { pattern: new RegExp(`^${API}artifacts/$`), methods: { GET: (call) => answerList(call, artifactListing(state)) } },
  ];
}

function unitRoutes<K extends Content['kind']>(state: State, kind: K, filters: Filters<Unit<K>>): Route[] {
  const root = `^${API}content/container/${kind}s/`;
  const all = () => pick(state, state.content.keys(), kind);
  const readOne = (call: Call) => {
    const unit = all().find(({ id }) => id === call.params['id']);
    const model = `${kind[0]?.toUpperCase()}${kind.slice(1)}`;
    if (!unit) throw new Refusal(404, { detail: `No ${model} matches the given query.` });
    return answerOne(call, renderContent(state, unit));
  };
  const listing: Listing<Unit<K>> = {
    rows: all,
    render: (unit) => renderContent(state, unit),
    filters: {
      ...filters,
      ...identityFilters<Unit<K>>(({ id }) => id, contentHref),
      repository_version: (href) => within(resolveVersion(state, href).version.content),
      repository_version_added: (href) => within(changes(state, href).added),
      repository_version_removed: (href) => within(changes(state, href).removed),
    },
    orderings: ['name', 'digest', 'pulp_created', 'pulp_last_updated'],
  };
  return [
    { pattern: new RegExp(`${root}$`), methods: { GET: (call) => answerList(call, listing) } },
    { pattern: new RegExp(`${root}(?<id>[0-9a-f-]{36})/$`), methods: { GET: readOne } },
  ];
}

function tagFilters(state: State): Filters<Tag> {
  const fits = (tag: Tag, test: (manifest: Manifest) => boolean) =>
    pick(state, [tag.manifestId], 'manifest').some(test);
  return {
    ...textFilters('name', ({ name }: Tag) => name),
    digest: (value) => (tag) => fits(tag, ({ digest }) => value.split(',').includes(digest)),
    media_type: (value) => (tag) => fits(tag, ({ mediaType }) => mediaType.includes(value)),
  };
}

const manifestFilters: Filters<Manifest> = {
  ...textFilters('digest', ({ digest }: Manifest) => digest),
  media_type: (value) => (manifest) => manifest.mediaType === value,
};

const blobFilters: Filters<Blob> = textFilters('digest', ({ digest }: Blob) => digest);

const signatureFilters: Filters<Signature> = {
  ...textFilters('name', ({ name }: Signature) => name),
  ...textFilters('digest', ({ digest }: Signature) => digest),
};

function artifactListing(state: State): Listing<Artifact> {
  return {
    rows: () => state.artifacts.values(),
    render: (artifact) => ({
      pulp_href: `${API}artifacts/${artifact.id}/`,
      sha256: artifact.sha256,
      size: artifact.bytes.length,
    }),
    filters: {
      ...identityFilters<Artifact>(
        ({ id }) => id,
        ({ id }) => `${API}artifacts/${id}/`,
      ),
      sha256: (value) => (artifact) => artifact.sha256 === value,
      repository_version: (href) => {
        const blobs = pick(state, resolveVersion(state, href).version.content, 'blob');
        const ids = new Set(blobs.map(({ artifactId }) => artifactId));
        return ({ id }) => ids.has(id);
      },
    },
    orderings: ['sha256', 'pulp_created'],
  };
}

function changes(state: State, href: string) {
  const { repository, version } = resolveVersion(state, href);
  return changesOf(repository, version);
}

function within(ids: ReadonlySet<string>) {
  return (unit: Content) => ids.has(unit.id);
}
