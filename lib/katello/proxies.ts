/**
 * Smart proxies that mirror Katello's content, which its paths call capsules: who they are, and their syncs.
 *
 * @see Katello 4.14 to 5.0
 */
import { z } from 'zod';
import type { ProxySync } from '../domain/proxy-sync.ts';
import type { HttpClient } from '../http/client.ts';
import { cleanText } from '../http/redact.ts';
import { readList } from './envelope.ts';
import { quote } from './search.ts';

/** A content proxy; the primary, which mirrors nobody, is listed like any other. */
export interface Proxy {
  readonly id: number;
  readonly name: string;
  /** of the proxy's own API, as registered in Foreman */
  readonly url: string;
  /** lifecycle environments that it carries */
  readonly environmentIds: readonly number[];
}

/** A repository as proxies get it. */
export interface Mirrored {
  readonly repositoryId: number;
  /** Library of its organization; null where Katello does not tell */
  readonly environmentId: number | null;
  /** name in registries; null before its first publish */
  readonly containerName: string | null;
  /** host of the primary proxy, from which the others sync */
  readonly primaryHost: string | null;
}

/** What happened lately, newest first. */
export interface SyncHistory {
  readonly syncs: readonly ProxySync[];
  /** when Katello last published a repository, by its id: epoch ms by Katello's clock, in whole seconds */
  readonly publishedAt: ReadonlyMap<number, number>;
}

/** All throw E_AUTH where the account lacks the right that is named; E_TRANSPORT, E_HTTP_STATUS, E_RESPONSE_SHAPE. */
export interface KatelloProxies {
  /** Every content proxy that the account sees. Needs view_smart_proxies. */
  listProxies(signal?: AbortSignal): Promise<Proxy[]>;
  /** True where Katello syncs the proxies itself after each publish. Needs view_settings. */
  readAutoSync(signal?: AbortSignal): Promise<boolean>;
  /** Null when it is gone or hidden from the account. */
  findMirrored(repositoryId: number, signal?: AbortSignal): Promise<Mirrored | null>;
  /** Of all proxies at once. Tasks of others are left out where the account may not view them; its own never are. */
  readHistory(signal?: AbortSignal): Promise<SyncHistory>;
  /**
   * Starts a sync; Katello leaves out what it recorded as synced, unless it is forced. Needs manage_capsule_content.
   *
   * @throws E_HTTP_STATUS 404 for a proxy that the account may not manage; 500 for one that does not answer Katello, or
   *   does not carry the repository
   */
  startSync(sync: SyncOrder, signal?: AbortSignal): Promise<void>;
}

export interface SyncOrder {
  readonly proxyId: number;
  readonly repositoryId: number;
  /** whatever Katello recorded as synced */
  readonly isForced: boolean;
}

const SYNC = 'Actions::Katello::CapsuleContent::Sync';
const IMPORT = 'Actions::Katello::Repository::ImportUpload';
const SETTING = 'foreman_proxy_content_auto_sync';
/** A page of tasks that Katello renders in a second; what is older counts as never seen, and is synced once more. */
const MOST_TASKS = 100;
const ERROR_LIMIT = 300;

const ListedProxy = z.object({
  id: z.number(),
  name: z.string(),
  url: z.string(),
  lifecycle_environments: z.array(z.object({ id: z.number() })).default([]),
});
const Setting = z.object({ value: z.union([z.boolean(), z.string()]) });
const Environment = z.object({ id: z.number() }).nullish();
/** The environment has another name since Katello 5.1. */
const ShownRepository = z.object({
  id: z.number(),
  container_repository_name: z.string().nullable(),
  full_path: z.string().nullable(),
  kt_environment: Environment,
  environment: Environment,
});
const Options = z.object({
  repository_id: z.number().nullish(),
  environment_id: z.number().nullish(),
  content_view_id: z.number().nullish(),
});
const ListedTask = z.object({
  id: z.string(),
  label: z.string(),
  state: z.string(),
  result: z.string(),
  started_at: z.string().nullish(),
  ended_at: z.string().nullish(),
  input: z
    .object({
      options: Options.nullish(),
      smart_proxy: z.object({ id: z.number() }).nullish(),
      repository: z.object({ id: z.number() }).partial().nullish(),
    })
    .nullish(),
  humanized: z.object({ errors: z.array(z.string()).nullish() }),
});
type ListedTask = z.infer<typeof ListedTask>;

/** @param http the client of Katello by the reactor's account */
export function createKatelloProxies(http: HttpClient): KatelloProxies {
  const api = `${http.basePath}katello/api/v2/`;

  return {
    async listProxies(signal) {
      // a Foreman controller: there `all` works in every version
      const { results } = await readList(http, `${api}capsules`, ListedProxy, { per_page: 'all' }, signal);
      return results.map(({ lifecycle_environments: environments, ...proxy }) => ({
        ...proxy,
        environmentIds: environments.map(({ id }) => id),
      }));
    },

    async readAutoSync(signal) {
      const { value } = await http.get(`${http.basePath}api/v2/settings/${SETTING}`, Setting, { signal });
      return value === true || value === 'true';
    },

    async findMirrored(repositoryId, signal) {
      const shown = await http.find(`${api}repositories/${repositoryId}`, ShownRepository, { signal });
      if (!shown) return null;
      const { container_repository_name: containerName, full_path: fullPath, kt_environment, environment } = shown;
      const environmentId = kt_environment?.id ?? environment?.id ?? null;
      return { repositoryId, environmentId, containerName, primaryHost: fullPath?.split('/', 1)[0] ?? null };
    },

    async readHistory(signal) {
      const search = `label = ${quote(SYNC)} or label = ${quote(IMPORT)}`;
      const query = { search, order: 'started_at DESC', per_page: MOST_TASKS };
      const tasks = `${http.basePath}foreman_tasks/api/tasks`;
      const { results } = await readList(http, tasks, ListedTask, query, signal);
      return {
        syncs: results.filter(({ label }) => label === SYNC).flatMap(toSync),
        publishedAt: readPublished(results),
      };
    },

    async startSync({ proxyId, repositoryId, isForced }, signal) {
      const body = { repository_id: repositoryId, skip_metadata_check: isForced };
      // twice does no more than once: the second finds everything synced
      await http.post(`${api}capsules/${proxyId}/content/sync`, body, z.unknown(), { isIdempotent: true, signal });
    },
  };
}

function toSync({ state, result, started_at, ended_at, input, humanized }: ListedTask): ProxySync[] {
  const proxyId = input?.smart_proxy?.id;
  const startedAt = readTime(started_at);
  if (proxyId === undefined || startedAt === null) return [];
  const { repository_id: repositoryId = null, environment_id, content_view_id } = input?.options ?? {};
  const isOver = state === 'stopped' || state === 'paused';
  const isFailed = isOver && (state === 'paused' || result !== 'success');
  return [
    {
      proxyId,
      repositoryId,
      isPartial: repositoryId === null && (Boolean(environment_id) || Boolean(content_view_id)),
      state: isFailed ? 'failed' : isOver ? 'succeeded' : 'running',
      startedAt,
      endedAt: isOver ? (readTime(ended_at) ?? startedAt) : null,
      error: isFailed ? cleanText(humanized.errors?.[0] ?? result, ERROR_LIMIT) : null,
    },
  ];
}

/** An import that is under way has published nothing yet. */
function readPublished(tasks: readonly ListedTask[]): Map<number, number> {
  const published = new Map<number, number>();
  for (const { label, ended_at, input } of tasks) {
    const id = input?.repository?.id;
    const endedAt = readTime(ended_at);
    if (label !== IMPORT || id === undefined || endedAt === null) continue;
    published.set(id, Math.max(endedAt, published.get(id) ?? endedAt));
  }
  return published;
}

/** `2026-08-21 14:30:05 UTC`, or with an offset where the account has another time zone. */
function readTime(text: string | null | undefined): number | null {
  const time = Date.parse(text ?? '');
  return Number.isNaN(time) ? null : time;
}
