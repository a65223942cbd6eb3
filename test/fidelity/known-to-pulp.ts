/** What Katello remembered of Pulp before an exchange, read off the calls that it made then. */
import { type Arrangement, libraryOf } from './arrangement.ts';
import { isObject, listAt, textAt } from './json.ts';
import { type PulpCall, type RecordedCalls, type RecordedExchange, type Recording } from './recording.ts';

/** The distribution that Katello remembered, as the recorded calls tell: it was found and not read again. */
export function distributionOf({ recordings }: Arrangement, basePath: string): string | null {
  const lists = recordings
    .filter((recording): recording is RecordedCalls => recording.kind === 'pulp-calls')
    .flatMap(({ calls }) => calls)
    .filter((call) => new URL(call.path, 'http://pulp').searchParams.get('base_path') === basePath)
    .map((call) => listAt(call.response, 'results')[0]);
  return textAt(lists.find(isObject), 'pulp_href');
}

/** The distribution that went when the repository was destroyed. */
export function deletedDistributionOf({ recordings }: Arrangement, id: number): string | null {
  const destroy = recordings.find(
    (recording) =>
      recording.kind === 'exchange' &&
      recording.request.method === 'DELETE' &&
      recording.response.status === 200 &&
      recording.request.path.split('?')[0]?.endsWith(`/repositories/${id}`) === true,
  );
  return destroy === undefined ? null : (deletedBy(recordings, destroy.slug).find(isDistribution) ?? null);
}

/** The repository that Katello told Pulp to tag in is the one it has. */
export function adoptTagged({ world, recordings }: Arrangement, { request, slug }: RecordedExchange): void {
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

/** What Katello told Pulp to delete is what it had remembered. */
export function adoptDeleted(arrangement: Arrangement, { request, slug }: RecordedExchange): void {
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
