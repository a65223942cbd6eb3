/** What the registry answers to pulls: what a path serves, where its bytes are, and errors in the form of the registry. */
import { findDistributionAt } from './distributions.ts';
import { type Answer, type Call, Refusal } from './http.ts';
import { findVersion, latestOf, type Manifest, type State } from './state.ts';

/** An error in the form of the registry. */
export function refuse(status: number, code: string, message: string, detail: Record<string, string>): Refusal {
  return new Refusal(status, { errors: [{ code, message, detail }] });
}

/** What a pull at this path sees. @throws Refusal 404 */
export function findServed(state: State, path: string): { content: ReadonlySet<string>; pending: ReadonlySet<string> } {
  const distribution = findDistributionAt(state, path);
  const repository = distribution?.repositoryId ? state.repositories.get(distribution.repositoryId) : undefined;
  if (repository) return { content: latestOf(repository).content, pending: repository.pending };
  const pinned = distribution?.versionId ? findVersion(state, distribution.versionId) : null;
  if (!pinned) throw unknownName(path);
  return { content: pinned.version.content, pending: pinned.repository.pending };
}

/** The content app's place; here it lives on the same host. */
export function redirectToContent(call: Call, path: string, kind: string, reference: string): Answer {
  const location = `http://${call.headers.host}/pulp/container/${path}/${kind}/${reference}?expires=1&validate_token=test`;
  return { status: 302, headers: { location } };
}

export function answerManifest(manifest: Manifest): Answer {
  return {
    status: 200,
    body: manifest.bytes,
    headers: { 'content-type': manifest.mediaType, 'docker-content-digest': manifest.digest },
  };
}

export function unknownName(path: string): Refusal {
  return refuse(404, 'NAME_UNKNOWN', 'Repository not found.', { name: path });
}
