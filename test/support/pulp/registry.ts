/** The registry under /v2/: uploads, mounts, blobs and tag lists. Manifests have their own room. */
import { findTag, pick, storeArtifact, storeBlob } from './content.ts';
import { type Answer, type Call, htmlPage, Refusal, type Route } from './http.ts';
import type { Kernel } from './kernel.ts';
import { manifestRoutes } from './manifests.ts';
import { findUploadTarget, openPushTarget } from './push-target.ts';
import { answerManifest, findServed, redirectToContent, refuse } from './served.ts';
import { createId, type Repository, type State, type Upload } from './state.ts';

export function registryRoutes(pulp: Kernel): Route[] {
  const { state } = pulp;
  return [
    { pattern: /^\/v2\/$/, methods: { GET: () => ({ status: 200, body: {} }) } },
    {
      pattern: /^\/v2\/(?<path>.+)\/blobs\/uploads\/?$/,
      methods: { POST: (call) => startUpload(state, call) },
    },
    {
      pattern: /^\/v2\/(?<path>.+)\/blobs\/uploads\/(?<id>[0-9a-f-]{36})$/,
      methods: { PATCH: (call) => appendUpload(state, call), PUT: (call) => finishUpload(state, call) },
    },
    {
      pattern: /^\/v2\/(?<path>.+)\/blobs\/(?<digest>[^/]+)$/,
      methods: { GET: (call) => redirectToBlob(state, call) },
    },
    { pattern: /^\/v2\/(?<path>.+)\/tags\/list$/, methods: { GET: (call) => listTags(state, call) } },
    ...manifestRoutes(pulp),
    {
      pattern: /^\/pulp\/container\/(?<path>.+)\/(?<kind>blobs|manifests)\/(?<reference>[^/]+)$/,
      methods: { GET: (call) => serveContent(state, call) },
    },
  ];
}

function startUpload(state: State, call: Call): Answer {
  const { path = '' } = call.params;
  const repository = openPushTarget(state, path);
  const [mount, from, digest] = ['mount', 'from', 'digest'].map((key) => call.query.get(key));
  if (mount && from) return mountBlob(state, repository, path, mount, from);
  if (digest) return finishBlob(state, repository, path, digest, call.body);
  const upload: Upload = { id: createId(), repositoryId: repository.id, bytes: Buffer.alloc(0), isWhole: false };
  state.uploads.set(upload.id, upload);
  return answerUpload(path, upload);
}

function mountBlob(state: State, repository: Repository, path: string, digest: string, from: string): Answer {
  const { content } = findServed(state, from);
  const blob = pick(state, content, 'blob').find((candidate) => candidate.digest === digest);
  if (!blob) throw refuse(404, 'BLOB_UNKNOWN', 'Blob not found, hello!?', { digest });
  repository.pending.add(blob.id);
  return answerBlob(path, digest);
}

function appendUpload(state: State, call: Call): Answer {
  const { path = '' } = call.params;
  const upload = uploadOf(state, call);
  const range = /^(\d+)-\d+$/.exec(call.headers['content-range'] ?? '');
  const start = Number(range?.[1] ?? 0);
  if (start !== upload.bytes.length) return htmlPage(500, 'Server Error (500)');
  upload.bytes = Buffer.concat([upload.bytes, call.body]);
  upload.isWhole = !range;
  return answerUpload(path, upload);
}

/** A blob that comes in this request alone is taken under whatever digest the client names. */
function finishUpload(state: State, call: Call): Answer {
  const { path = '' } = call.params;
  const upload = uploadOf(state, call);
  const repository = findUploadTarget(state, path);
  const digest = call.query.get('digest') ?? '';
  const isAlone = upload.bytes.length === 0;
  const bytes = upload.isWhole ? upload.bytes : Buffer.concat([upload.bytes, call.body]);
  if (!isAlone && `sha256:${storeArtifact(state, bytes).sha256}` !== digest) return htmlPage(500, 'Server Error (500)');
  state.uploads.delete(upload.id);
  return finishBlob(state, repository, path, digest, bytes);
}

function finishBlob(state: State, repository: Repository, path: string, digest: string, bytes: Buffer): Answer {
  const blob = storeBlob(state, digest, storeArtifact(state, bytes));
  repository.pending.add(blob.id);
  return answerBlob(path, digest);
}

function uploadOf(state: State, call: Call): Upload {
  const repository = findUploadTarget(state, call.params['path'] ?? '');
  const upload = state.uploads.get(call.params['id'] ?? '');
  if (upload?.repositoryId === repository.id) return upload;
  throw new Refusal(404, { detail: 'No Upload matches the given query.' });
}

function answerUpload(path: string, upload: Upload): Answer {
  const headers = {
    'docker-upload-uuid': upload.id,
    location: `/v2/${path}/blobs/uploads/${upload.id}`,
    range: `0-${Math.max(0, upload.bytes.length - 1)}`,
  };
  return { status: 202, headers };
}

function answerBlob(path: string, digest: string): Answer {
  return { status: 201, headers: { location: `/v2/${path}/blobs/${digest}`, 'docker-content-digest': digest } };
}

function redirectToBlob(state: State, call: Call): Answer {
  const { path = '', digest = '' } = call.params;
  const { content, pending } = findServed(state, path);
  const isThere = pick(state, [...content, ...pending], 'blob').some((blob) => blob.digest === digest);
  if (!isThere) throw refuse(404, 'BLOB_UNKNOWN', 'Blob not found, hello!?', { digest });
  return redirectToContent(call, path, 'blobs', digest);
}

function listTags(state: State, call: Call): Answer {
  const { path = '' } = call.params;
  const { content } = findServed(state, path);
  const size = Math.min(Number(call.query.get('n') ?? 100) || 100, 1000);
  const last = call.query.get('last') ?? '';
  const names = pick(state, content, 'tag')
    .map(({ name }) => name)
    .filter((name) => name > last);
  const tags = names.toSorted().slice(0, size);
  const next = `<http://${call.headers.host}${call.path}?n=${size}&last=${tags.at(-1)}>; rel="next"`;
  return { status: 200, body: { name: path, tags }, headers: tags.length === size ? { link: next } : {} };
}

function serveContent(state: State, call: Call): Answer {
  const { path = '', kind = '', reference = '' } = call.params;
  const { content, pending } = findServed(state, path);
  const ids = [...content, ...pending];
  if (kind === 'blobs') {
    const blob = pick(state, ids, 'blob').find(({ digest }) => digest === reference);
    const artifact = blob && state.artifacts.get(blob.artifactId);
    return artifact ? { status: 200, body: artifact.bytes } : htmlPage(404, 'Not Found');
  }
  const tag = findTag(state, content, reference);
  const manifests = pick(state, ids, 'manifest');
  const manifest = manifests.find(({ id, digest }) => id === tag?.manifestId || digest === reference);
  return manifest ? answerManifest(manifest) : htmlPage(404, 'Not Found');
}
