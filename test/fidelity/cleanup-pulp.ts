/**
 * The Pulp that a recorded cleanup met, as far as the recording tells: everything that its calls name, what Katello knows by
 * now, and things of strangers, as many as were counted.
 */
import { randomUUID } from 'node:crypto';
import type { World } from '../support/katello/state/rows.ts';
import { type PulpAnswer, page } from './pulp-memory.ts';
import type { RecordedCleanup } from './recording.ts';

export interface CleanupPulp {
  answer(method: string, target: string): PulpAnswer;
  /** Base paths of the recorded push distributions that are still there. */
  pushPathsLeft(): string[];
}

interface Distribution {
  readonly pulp_href: string;
  readonly base_path: string;
  readonly pulp_labels: Readonly<Record<string, string>>;
  readonly repository_version: null;
}

const ROOT = '/pulp/api/v3/';
const REPOSITORIES = `${ROOT}repositories/container/container/`;
const DISTRIBUTIONS = `${ROOT}distributions/container/container/`;

export function createCleanupPulp(recording: RecordedCleanup, world: World): CleanupPulp {
  const repositories = repositoriesOf(recording, world);
  const distributions = distributionsOf(recording, world);

  function read(path: string): PulpAnswer {
    if (path === REPOSITORIES)
      return page([...repositories.keys()].map((href) => ({ pulp_href: href, pulp_labels: {} })));
    if (path === DISTRIBUTIONS) return page([...distributions.values()]);
    if (path.startsWith(`${ROOT}tasks/`)) return task(path);
    const versions = repositories.get(path.replace(/versions\/$/, ''));
    if (versions !== undefined) return page(versions.map((number) => ({ pulp_href: `${path}${number}/`, number })));
    return page([]);
  }

  return {
    answer(method, target) {
      const path = target.split('?')[0] ?? target;
      if (method === 'GET') return read(path);
      if (method === 'DELETE') distributions.delete(path);
      return { status: 202, body: { task: `${ROOT}tasks/${randomUUID()}/` } };
    },
    pushPathsLeft: () => {
      const left = new Set([...distributions.values()].map((row) => row.base_path));
      return pushDistributionsOf(recording)
        .map((row) => row.base_path)
        .filter((path) => left.has(path));
    },
  };
}

/** Numbers of the versions by repository, both in the order in which Pulp lists them. */
function repositoriesOf(recording: RecordedCleanup, world: World): Map<string, number[]> {
  const found = new Map<string, number[]>();
  const put = (repository: string, numbers: readonly number[]): void => {
    found.set(repository, [...(found.get(repository) ?? []), ...numbers]);
  };
  for (const path of pathsOf(recording, 'GET', /\/versions\/$/)) put(path.replace(/versions\/$/, ''), []);
  const deleted = pathsOf(recording, 'DELETE', /\/versions\/\d+\/$/);
  for (const path of deleted) put(path.replace(/versions\/\d+\/$/, ''), [numberOf(path)]);
  for (const { pulpHref, versionHref } of world.repositories) {
    if (pulpHref !== null && versionHref?.startsWith(pulpHref) === true) put(pulpHref, [numberOf(versionHref)]);
  }

  const foreign = countOf(recording, /^DELETE .*\/versions\//) - deleted.length;
  if (foreign > 0)
    put(
      newRepository(),
      Array.from({ length: foreign }, (_, index) => foreign - index),
    );
  for (let missing = countOf(recording, /^GET .*\/versions\/$/) - found.size; missing > 0; missing--) {
    put(newRepository(), []);
  }
  for (const repository of found.keys()) put(repository, [0]);
  return found;
}

function distributionsOf(recording: RecordedCleanup, world: World): Map<string, Distribution> {
  const deleted = pathsOf(recording, 'DELETE', /\/distributions\//);
  const { push: doomed } = recording.distributions_it_would_delete;
  const foreign = Math.max(0, countOf(recording, /^DELETE .*\/distributions\//) - deleted.length - doomed.length);
  const rows: Distribution[] = [
    ...deleted.map((href) => ({ ...stranger(), pulp_href: href })),
    ...pushDistributionsOf(recording).map((row) => ({ ...stranger(), ...row })),
    ...world.repositories.flatMap(({ distributionHref: href, relativePath }) =>
      href === null ? [] : [{ ...stranger(), pulp_href: href, base_path: relativePath }],
    ),
    ...Array.from({ length: foreign }, stranger),
  ];
  return new Map(rows.map((row) => [row.pulp_href, row]));
}

function pushDistributionsOf(recording: RecordedCleanup): RecordedCleanup['push_distributions_it_leaves'] {
  return [...recording.distributions_it_would_delete.push, ...recording.push_distributions_it_leaves];
}

function newRepository(): string {
  return `${REPOSITORIES}${randomUUID()}/`;
}

function stranger(): Distribution {
  const id = randomUUID();
  return {
    pulp_href: `${DISTRIBUTIONS}${id}/`,
    base_path: `stranger/${id}`,
    pulp_labels: {},
    repository_version: null,
  };
}

function pathsOf({ calls }: RecordedCleanup, method: string, pattern: RegExp): string[] {
  const paths = calls.filter((call) => call.method === method).map(({ path }) => path.split('?')[0] ?? path);
  return paths.filter((path) => pattern.test(path));
}

function countOf({ counts }: RecordedCleanup, pattern: RegExp): number {
  return counts.filter(({ call }) => pattern.test(call)).reduce((sum, { times }) => sum + times, 0);
}

function numberOf(version: string): number {
  return Number(/versions\/(\d+)\/$/.exec(version)?.[1] ?? 0);
}

function task(href: string): PulpAnswer {
  return { status: 200, body: { pulp_href: href, state: 'completed', created_resources: [], error: null } };
}
