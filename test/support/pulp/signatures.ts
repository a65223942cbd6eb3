/** Signatures under /extensions/v2/: each PUT makes a task and a version, as the push of a tag does. */
import { z } from 'zod';
import { createdVersion } from './actions.ts';
import { findManifest, finishVersion, pick, sha256 } from './content.ts';
import { type Answer, type Call, htmlPage, type Refusal, type Route } from './http.ts';
import type { Kernel } from './kernel.ts';
import { openPushTarget } from './push-target.ts';
import { repositoryPrn } from './render.ts';
import { findServed, refuse } from './served.ts';
import { createId, latestOf, type Manifest, type Signature, type State } from './state.ts';
import { PUSH_TASK } from './tasks.ts';

/** Their content is a signed document, of which only the text inside is looked at. */
const Pushed = z.object({
  schemaVersion: z.literal(2),
  type: z.literal('atomic'),
  name: z.string().regex(/^sha256:[0-9a-f]{64}@[0-9a-f]{32}$/),
  content: z.string(),
});

export function signatureRoutes(pulp: Kernel): Route[] {
  return [
    {
      pattern: /^\/extensions\/v2\/(?<path>.+)\/signatures\/(?<digest>sha256:[0-9a-f]{64})$/,
      methods: { GET: (call) => listSignatures(pulp.state, call), PUT: (call) => putSignature(pulp, call) },
    },
  ];
}

function listSignatures(state: State, call: Call): Answer {
  const { path = '', digest = '' } = call.params;
  const { content, pending } = findServed(state, path);
  const manifest = findManifest(state, [...content, ...pending], digest);
  if (!manifest) throw unknownManifest(digest);
  const signatures = pick(state, content, 'signature')
    .filter(({ manifestId }) => manifestId === manifest.id)
    .map(({ name, data }) => ({ schemaVersion: 2, type: 'atomic', name, content: data }));
  return { status: 200, body: { signatures } };
}

function putSignature({ state, tasks }: Kernel, call: Call): Answer {
  const { path = '', digest = '' } = call.params;
  const repository = openPushTarget(state, path);
  const manifest = findManifest(state, latestOf(repository).content, digest);
  if (!manifest) throw unknownManifest(digest);
  const signature = storeSignature(state, manifest, readPushed(call, digest).content);
  const task = tasks.dispatch({
    name: PUSH_TASK,
    exclusive: [repositoryPrn(repository)],
    correlationId: call.correlationId,
    isImmediate: true,
    run: () => createdVersion(finishVersion(state, repository, [signature.id], [])),
  });
  if (task.state === 'waiting') tasks.finishAll();
  if (task.state === 'waiting') return refuse(429, 'UNSUPPORTED', 'Request was throttled.', {}).answer;
  if (task.state !== 'completed') return htmlPage(500, 'Server Error (500)');
  return { status: 201, headers: { location: `/extensions/v2/${path}/signatures/${digest}` } };
}

/** @throws Refusal 400 */
function readPushed(call: Call, digest: string): z.infer<typeof Pushed> {
  try {
    const pushed = Pushed.parse(JSON.parse(call.body.toString('utf8')));
    if (Buffer.from(pushed.content, 'base64').includes('docker-manifest-digest')) return pushed;
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof z.ZodError)) throw error;
  }
  throw refuse(400, 'SIGNATURE_INVALID', 'signature invalid', { digest });
}

/** Signatures are shared by digest. */
function storeSignature(state: State, manifest: Manifest, data: string): Signature {
  const hash = sha256(Buffer.from(data, 'base64'));
  const known = pick(state, state.content.keys(), 'signature').find(({ digest }) => digest === `sha256:${hash}`);
  const signature = known ?? {
    kind: 'signature',
    id: createId(),
    createdAt: state.now(),
    name: `${manifest.digest}@${hash.slice(0, 32)}`,
    digest: `sha256:${hash}`,
    data,
    manifestId: manifest.id,
  };
  state.content.set(signature.id, signature);
  return signature;
}

function unknownManifest(digest: string): Refusal {
  return refuse(404, 'MANIFEST_UNKNOWN', 'Manifest not found.', { reference: digest });
}
