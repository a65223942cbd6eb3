/** The calls of the weekly cleanup, which looks at everything that Pulp has, of every content type. */
import { CORE } from './refusal.ts';
import type { Distribution, LabelledRow, PulpCall, RepositoryRow, VersionRow } from './shapes.ts';

/** Content types in Katello's order, as Pulp's paths name them. */
export const CONTENT_TYPES = ['container/container', 'file/file', 'rpm/rpm'] as const;
export type ContentType = (typeof CONTENT_TYPES)[number];

export interface CleanupCalls {
  listDistributions(type: ContentType, call: PulpCall): Promise<Distribution[]>;
  listRepositories(type: ContentType, call: PulpCall): Promise<RepositoryRow[]>;
  /** The same list once more, for the labels alone. */
  listRepositoryLabels(type: ContentType, call: PulpCall): Promise<LabelledRow[]>;
  listVersions(repository: string, call: PulpCall): Promise<VersionRow[]>;
  /** Task of the deletion. @throws StepError when it is refused, or there is nothing to delete */
  delete(href: string, call: PulpCall): Promise<string>;
  cleanUpOrphans(protectionMinutes: number, call: PulpCall): Promise<string>;
  purgeTasks(finishedBefore: Date, call: PulpCall): Promise<string>;
}

type Filters = readonly (readonly [string, string])[];

/** How a call is sent; all throw StepError when Pulp refuses. */
export interface Wire {
  /** `isOptional`: empty where Pulp has no such list */
  readonly list: <T>(path: string, filters: Filters, call: PulpCall, isOptional?: boolean) => Promise<T[]>;
  readonly askTask: (method: string, path: string, call: PulpCall, body?: unknown, gem?: string) => Promise<string>;
}

const API = '/pulp/api/v3/';
const LABELS: Filters = [
  ['fields', 'pulp_href'],
  ['fields', 'pulp_labels'],
];

export function createCleanupCalls({ list, askTask }: Wire): CleanupCalls {
  // Katello asks for those that Pulp has a plugin for, which it learns from its proxies
  const listAll = <T>(kind: string, type: ContentType, filters: Filters, call: PulpCall): Promise<T[]> =>
    list(`${API}${kind}/${type}/`, filters, call, true);

  return {
    listDistributions: (type, call) => listAll('distributions', type, [], call),
    listRepositories: (type, call) => listAll('repositories', type, [], call),
    listRepositoryLabels: (type, call) => listAll('repositories', type, LABELS, call),
    listVersions: (repository, call) => list(`${repository}versions/`, [], call),
    delete: (href, call) => askTask('DELETE', href, call),
    cleanUpOrphans: (protectionMinutes, call) =>
      askTask('POST', `${API}orphans/cleanup/`, call, { orphan_protection_time: protectionMinutes }, CORE),
    purgeTasks: (finishedBefore, call) => {
      const body = { finished_before: finishedBefore.toISOString().replace('Z', '+00:00') };
      return askTask('POST', `${API}tasks/purge/`, call, body, CORE);
    },
  };
}
