/** Manifests under /v2/: the PUT with a tag is the one step of a push that makes a task and a version. */
import { z } from 'zod';
import { createdVersion } from './actions.ts';
import {
  expandRemoved,
  findManifest,
  findTag,
  finishVersion,
  LIST_TYPES,
  pick,
  sha256,
  storeArtifact,
  storeManifest,
  storeTag,
} from './content.ts';
import { type Answer, type Call, htmlPage, type Route } from './http.ts';
import type { Kernel } from './kernel.ts';
import { findUploadTarget, openPushTarget } from './push-target.ts';
import { repositoryPrn } from './render.ts';
import { answerManifest, findServed, redirectToContent, refuse } from './served.ts';
import { latestOf, type Manifest, type Repository, type State } from './state.ts';
import { PUSH_TASK } from './tasks.ts';

const Entry = z.object({ digest: z.string() });
const ManifestBody = z.object({
  mediaType: z.string().optional(),
  config: Entry.optional(),
  layers: z.array(Entry).default([]),
  manifests: z.array(Entry).default([]),
});
type ManifestBody = z.infer<typeof ManifestBody>;

export function manifestRoutes(pulp: Kernel): Route[] {
  const { state } = pulp;
  const isUnsupported = () => refuse(405, 'UNSUPPORTED', 'Method "DELETE" not allowed.', {}).answer;
  return [
    {
      pattern: /^\/v2\/(?<path>.+)\/manifests\/(?<reference>[^/]+)$/,
      methods: {
        GET: (call) => readManifest(state, call),
        PUT: (call) => putManifest(pulp, call),
        DELETE: state.world.isUnified ? (call) => deleteManifest(pulp, call) : isUnsupported,
      },
    },
  ];
}

/** By tag the client has to accept the manifest's type; older Pulps redirect to the content app. */
function readManifest(state: State, call: Call): Answer {
  const { path = '', reference = '' } = call.params;
  const { content, pending } = findServed(state, path);
  const tag = findTag(state, content, reference);
  const ids = [...content, ...pending];
  const manifest = pick(state, ids, 'manifest').find(
    ({ id, digest }) => id === tag?.manifestId || digest === reference,
  );
  if (!manifest || (tag && !isAccepted(state, call, manifest)))
    throw refuse(404, 'MANIFEST_UNKNOWN', 'Manifest not found.', { reference });
  return state.world.isUnified ? answerManifest(manifest) : redirectToContent(call, path, 'manifests', reference);
}

function isAccepted(state: State, call: Call, manifest: Manifest): boolean {
  const types = (call.headers.accept ?? '')
    .split(',')
    .map((type) => type.trim())
    .filter((type) => type !== '');
  if (types.includes(manifest.mediaType)) return true;
  return state.world.isUnified && (types.length === 0 || types.includes('*/*'));
}

function putManifest(pulp: Kernel, call: Call): Answer {
  const { state } = pulp;
  const { path = '', reference = '' } = call.params;
  const digest = `sha256:${sha256(call.body)}`;
  const body = readManifestBody(call.body);
  if (!body) return htmlPage(500, 'Server Error (500)');
  const mediaType = body.mediaType ?? call.headers['content-type'] ?? '';
  const isIndex = LIST_TYPES.includes(mediaType);
  const repository = isIndex ? openPushTarget(state, path) : findUploadTarget(state, path);
  const visible = [...latestOf(repository).content, ...repository.pending];
  storeArtifact(state, call.body);
  const { manifest, parts } = isIndex
    ? saveIndex(state, visible, { digest, mediaType, bytes: call.body }, body)
    : saveImage(state, visible, { digest, mediaType, bytes: call.body }, body);
  if (!reference.startsWith('sha256:')) return tagPushed(pulp, call, repository, manifest, parts);
  repository.pending.add(manifest.id);
  return answerPushed(path, manifest);
}

function readManifestBody(bytes: Buffer): ManifestBody | null {
  try {
    return ManifestBody.parse(JSON.parse(bytes.toString('utf8')));
  } catch {
    return null;
  }
}

/** Links the children that are there; those that are missing are passed over without a word. */
function saveIndex(state: State, visible: string[], raw: Raw, body: ManifestBody): Saved {
  const wanted = new Set(body.manifests.map(({ digest }) => digest));
  const children = pick(state, visible, 'manifest').filter(({ digest }) => wanted.has(digest));
  const listedIds = new Set(children.map(({ id }) => id));
  const manifest = storeManifest(state, { ...raw, configId: null, blobIds: [], listedIds });
  const blobs = children.flatMap(({ configId, blobIds }) => (configId === null ? blobIds : [...blobIds, configId]));
  return { manifest, parts: [...listedIds, ...blobs] };
}

function saveImage(state: State, visible: string[], raw: Raw, body: ManifestBody): Saved {
  const blobs = pick(state, visible, 'blob');
  const find = (digest: string | undefined) => blobs.find((blob) => blob.digest === digest)?.id;
  const { digest } = raw;
  if (!body.config) throw refuse(400, 'MANIFEST_INVALID', 'manifest invalid', { digest });
  const configId = find(body.config.digest);
  if (configId === undefined) {
    throw refuse(400, 'BLOB_UNKNOWN', 'blob unknown to registry', { digest: body.config.digest });
  }
  const found = [...new Set(body.layers.map((layer) => layer.digest))].map(find);
  const blobIds = found.filter((id) => id !== undefined);
  if (blobIds.length < found.length) throw refuse(400, 'MANIFEST_INVALID', 'manifest invalid', { digest });
  const manifest = storeManifest(state, { ...raw, configId, blobIds, listedIds: new Set() });
  return { manifest, parts: [...blobIds, configId] };
}

interface Raw {
  readonly digest: string;
  readonly mediaType: string;
  readonly bytes: Buffer;
}

interface Saved {
  readonly manifest: Manifest;
  /** ids of what the new version gets besides tag and manifest */
  readonly parts: readonly string[];
}

/** Runs in the request unless something older holds the repository; then it is left to a worker, if one is there. */
function tagPushed(
  pulp: Kernel,
  call: Call,
  repository: Repository,
  manifest: Manifest,
  parts: readonly string[],
): Answer {
  const { state, tasks } = pulp;
  const { path = '', reference = '' } = call.params;
  const { tag } = storeTag(state, reference, manifest);
  const task = tasks.dispatch({
    name: PUSH_TASK,
    exclusive: [repositoryPrn(repository)],
    correlationId: call.correlationId,
    isImmediate: true,
    run: () => createdVersion(finishVersion(state, repository, [tag.id, manifest.id, ...parts], [])),
  });
  if (task.state === 'waiting') tasks.finishAll();
  if (task.state === 'waiting') return refuse(429, 'UNSUPPORTED', 'Request was throttled.', {}).answer;
  if (task.state !== 'completed') return htmlPage(500, 'Server Error (500)');
  return answerPushed(path, manifest);
}

/** By digest only, with its tags; a worker does it. */
function deleteManifest(pulp: Kernel, call: Call): Answer {
  const { state, tasks } = pulp;
  const { path = '', reference = '' } = call.params;
  if (!reference.startsWith('sha256:'))
    throw refuse(400, 'INVALID_REQUEST', 'A manifest can only be deleted by digest.', {});
  const repository = findUploadTarget(state, path);
  const { content } = latestOf(repository);
  const manifest = findManifest(state, content, reference);
  if (!manifest) throw refuse(404, 'MANIFEST_UNKNOWN', 'Manifest not found.', { reference });
  const tags = pick(state, content, 'tag').filter(({ manifestId }) => manifestId === manifest.id);
  const units = [manifest.id, ...tags.map(({ id }) => id)];
  tasks.dispatch({
    name: 'pulp_container.app.tasks.recursive_remove.recursive_remove_content',
    exclusive: [repositoryPrn(repository)],
    correlationId: call.correlationId,
    run: () => createdVersion(finishVersion(state, repository, [], expandRemoved(state, repository, units))),
  });
  return { status: 202 };
}

function answerPushed(path: string, manifest: Manifest): Answer {
  const headers = { location: `/v2/${path}/manifests/${manifest.digest}`, 'docker-content-digest': manifest.digest };
  return { status: 201, headers };
}
