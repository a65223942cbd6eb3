/** The POST actions of repositories and distributions: add, remove, copy, tag, untag, labels, migrate. */
import { z } from 'zod';
import { expandAdded, expandRemoved, findManifest, findTag, finishVersion, pick, storeTag } from './content.ts';
import { type Answer, type Call, type Handler, Refusal, type Route, readBody } from './http.ts';
import { type Kernel, resolveVersion } from './kernel.ts';
import { API, distributionPrn, repositoryPrn } from './render.ts';
import { type Created, type Distribution, latestOf, type Repository, type State, type Version } from './state.ts';

const TASKS = 'pulp_container.app.tasks.';

const Units = z.strictObject({ content_units: z.array(z.string()).default([]) });
const CopyTags = z.strictObject({ source_repository_version: z.string(), names: z.array(z.string()).optional() });
const TagName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, 'Enter a valid value.');
const TagImage = z.strictObject({ tag: TagName, digest: z.string() });
const UntagImage = z.strictObject({ tag: z.string() });
const SetLabel = z.strictObject({ key: z.string(), value: z.string() });
const UnsetLabel = z.strictObject({ key: z.string() });

export function actionRoutes(pulp: Kernel): Route[] {
  const action = (type: string, name: string, POST: Handler): Route => ({
    pattern: new RegExp(`^${API}repositories/container/(?<type>${type})/(?<id>[0-9a-f-]{36})/${name}/$`),
    methods: { POST },
  });
  const distribution = `^${API}distributions/container/container/(?<id>[0-9a-f-]{36})/`;
  return [
    action('container', 'add', (call) => addContent(pulp, call)),
    action('container', 'remove', (call) => removeContent(pulp, call)),
    action('container', 'copy_tags', (call) => copyTags(pulp, call)),
    action('container|container-push', 'tag', (call) => tagImage(pulp, call)),
    action('container|container-push', 'untag', (call) => untagImage(pulp, call)),
    action('container', 'set_label', (call) => setLabel(call, pulp.repositoryOf(call), pulp.state)),
    action('container', 'unset_label', (call) => unsetLabel(call, pulp.repositoryOf(call))),
    ...(pulp.state.world.isUnified ? [action('container-push', 'migrate', (call) => migrate(pulp, call))] : []),
    {
      pattern: new RegExp(`${distribution}set_label/$`),
      methods: { POST: (call) => setLabel(call, distributionOf(pulp.state, call), pulp.state) },
    },
    {
      pattern: new RegExp(`${distribution}unset_label/$`),
      methods: { POST: (call) => unsetLabel(call, distributionOf(pulp.state, call)) },
    },
  ];
}

/** @throws Refusal 404 */
export function distributionOf(state: State, call: Call): Distribution {
  const distribution = state.distributions.get(call.params['id'] ?? '');
  if (!distribution) throw new Refusal(404, { detail: 'No ContainerDistribution matches the given query.' });
  return distribution;
}

/** What a task reports that made this version; nothing for no version. */
export function createdVersion(version: Version | null): Created[] {
  return version ? [{ kind: 'version', id: version.id }] : [];
}

function addContent(pulp: Kernel, call: Call): Answer {
  const repository = pulp.repositoryOf(call);
  const ids = readUnits(pulp.state, readBody(call, Units).content_units);
  return startAdd(pulp, call, repository, ids, []);
}

function copyTags(pulp: Kernel, call: Call): Answer {
  const repository = pulp.repositoryOf(call);
  const body = readBody(call, CopyTags);
  const source = resolveVersion(pulp.state, body.source_repository_version);
  const tags = pick(pulp.state, source.version.content, 'tag').filter(({ name }) => body.names?.includes(name) ?? true);
  const ids = tags.map(({ id }) => id);
  return startAdd(pulp, call, repository, ids, [repositoryPrn(source.repository)]);
}

function startAdd(
  pulp: Kernel,
  call: Call,
  target: Repository,
  ids: readonly string[],
  shared: readonly string[],
): Answer {
  return pulp.startTask(call, {
    name: `${TASKS}recursive_add.recursive_add_content`,
    exclusive: [repositoryPrn(target)],
    shared,
    run: () => createdVersion(finishVersion(pulp.state, target, expandAdded(pulp.state, ids), [])),
  });
}

function removeContent(pulp: Kernel, call: Call): Answer {
  const repository = pulp.repositoryOf(call);
  const units = readBody(call, Units).content_units;
  const isAll = units.includes('*');
  if (isAll && units.length > 1)
    throw new Refusal(400, {
      non_field_errors: [`'*' should be the only item present in the ${JSON.stringify(units)}`],
    });
  const ids = isAll ? null : readUnits(pulp.state, units);
  return pulp.startTask(call, {
    name: `${TASKS}recursive_remove.recursive_remove_content`,
    exclusive: [repositoryPrn(repository)],
    run: () => {
      const removed = ids ? expandRemoved(pulp.state, repository, ids) : latestOf(repository).content;
      return createdVersion(finishVersion(pulp.state, repository, [], removed));
    },
  });
}

function tagImage(pulp: Kernel, call: Call): Answer {
  const repository = pulp.repositoryOf(call);
  const { state } = pulp;
  const { tag: name, digest } = readBody(call, TagImage);
  const manifest = findManifest(state, latestOf(repository).content, digest);
  if (!manifest)
    throw new Refusal(400, { non_field_errors: [missing(`A manifest with the digest '${digest}'`, repository)] });
  return pulp.startTask(call, {
    name: `${TASKS}tag.tag_image`,
    exclusive: [repositoryPrn(repository)],
    run: () => {
      const { tag, isNew } = storeTag(state, name, manifest);
      const created = createdVersion(finishVersion(state, repository, [tag.id], []));
      return isNew ? [...created, { kind: 'tag', id: tag.id }] : created;
    },
  });
}

function untagImage(pulp: Kernel, call: Call): Answer {
  const repository = pulp.repositoryOf(call);
  const { state } = pulp;
  const { tag: name } = readBody(call, UntagImage);
  if (!findTag(state, latestOf(repository).content, name))
    throw new Refusal(400, { non_field_errors: [missing(`The tag '${name}'`, repository)] });
  return pulp.startTask(call, {
    name: `${TASKS}untag.untag_image`,
    exclusive: [repositoryPrn(repository)],
    run: () => {
      const tag = findTag(state, latestOf(repository).content, name);
      return createdVersion(finishVersion(state, repository, [], tag ? [tag.id] : []));
    },
  });
}

/** In place: uuid and versions stay. */
function migrate(pulp: Kernel, call: Call): Answer {
  const repository = pulp.repositoryOf(call);
  const distributions = [...pulp.state.distributions.values()].filter(
    ({ repositoryId }) => repositoryId === repository.id,
  );
  return pulp.startTask(call, {
    name: `${TASKS}migrate_push_repository.migrate_push_repository`,
    exclusive: [repositoryPrn(repository), ...distributions.map(distributionPrn)],
    run: () => {
      repository.type = 'container';
      return [{ kind: 'repository', id: repository.id }];
    },
  });
}

function setLabel(call: Call, row: { labels: Record<string, string> }, state: State): Answer {
  const { key, value } = readBody(call, SetLabel);
  if (!state.world.isUnified && /[,()]/.test(value))
    throw new Refusal(400, { non_field_errors: [`Key '${key}' contains value with comma or parenthesis.`] });
  row.labels[key] = value;
  return { status: 201, body: { key, value } };
}

function unsetLabel(call: Call, row: { labels: Record<string, string> }): Answer {
  const { key } = readBody(call, UnsetLabel);
  const value = row.labels[key];
  if (value === undefined) throw new Refusal(400, { key: [`Label '${key}' is not set on the object.`] });
  delete row.labels[key];
  return { status: 201, body: { key, value } };
}

/** Ids of these units. @throws Refusal 400 with Pulp's bare list for what it does not have */
function readUnits(state: State, hrefs: readonly string[]): string[] {
  const junk = hrefs.find((href) => !href.startsWith(API) && !href.startsWith('prn:'));
  if (junk !== undefined) throw new Refusal(400, [`URI not valid: ${junk}`]);
  const idOf = (href: string) => (href.startsWith('prn:') ? href.split(':').at(-1) : href.split('/').at(-2)) ?? '';
  const unknown = hrefs.filter((href) => !state.content.has(idOf(href))).map((href) => `'${href}'`);
  if (unknown.length > 0)
    throw new Refusal(400, [`Could not find the following content units: [${unknown.join(', ')}]`]);
  return hrefs.map(idOf);
}

function missing(subject: string, repository: Repository): string {
  const { number } = latestOf(repository);
  return `${subject} does not exist in the latest repository version '<Repository: ${repository.name}; Version: ${number}>'`;
}
