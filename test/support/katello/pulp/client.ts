/** The calls Katello makes to Pulp, one function each; no retries, no cleverness: a refusal is Katello's problem. */
import { z } from 'zod';
import { type Door, identify, send as sendTo } from '../../send.ts';
import { StepError } from '../tasks/step-error.ts';
import { type CleanupCalls, createCleanupCalls } from './cleanup-calls.ts';
import { CONTAINER, CORE, ConnectionRefused, refusalText } from './refusal.ts';
import type { Distribution, ManifestRow, PulpCall, PulpTask, RepositoryRow, TagRow } from './shapes.ts';

/** The Pulp behind it. */
export type PulpTarget = Door;

export interface PulpClient extends CleanupCalls {
  /** @throws ConnectionRefused */
  status(call: PulpCall): Promise<void>;
  createRepository(name: string, call: PulpCall): Promise<RepositoryRow>;
  readRepository(href: string, call: PulpCall): Promise<RepositoryRow>;
  renameRepository(href: string, name: string, call: PulpCall): Promise<string>;
  readVersionPrn(href: string, call: PulpCall): Promise<void>;
  tag(repository: string, body: { tag: string; digest: string }, call: PulpCall): Promise<string>;
  add(repository: string, units: readonly string[], call: PulpCall): Promise<string>;
  remove(repository: string, units: readonly string[], call: PulpCall): Promise<string>;
  readTask(href: string, call: PulpCall): Promise<PulpTask>;
  findDistributions(basePath: string, call: PulpCall): Promise<Distribution[]>;
  /** Null when it is gone. */
  readDistribution(href: string, call: PulpCall): Promise<Distribution | null>;
  createDistribution(body: DistributionBody & { name: string }, call: PulpCall): Promise<string>;
  patchDistribution(href: string, body: DistributionBody, call: PulpCall): Promise<string | null>;
  /** Task of the deletion, or null when it is gone already. */
  deleteIfThere(href: string, call: PulpCall): Promise<string | null>;
  listManifests(version: string, kind: ManifestKind, call: PulpCall): Promise<ManifestRow[]>;
  listTags(version: string, call: PulpCall): Promise<TagRow[]>;
  createUpload(size: number, call: PulpCall): Promise<string>;
}

export type ManifestKind = 'image' | 'list';

export interface DistributionBody {
  readonly base_path: string;
  readonly repository_version: string;
}

const REPOSITORIES = '/pulp/api/v3/repositories/container/container/';
const DISTRIBUTIONS = '/pulp/api/v3/distributions/container/container/';
const PAGE_SIZE = 2_000;

const MEDIA_TYPES: Readonly<Record<ManifestKind, readonly string[]>> = {
  image: [
    'application/vnd.docker.distribution.manifest.v1+json',
    'application/vnd.docker.distribution.manifest.v2+json',
    'application/vnd.oci.image.manifest.v1+json',
  ],
  list: ['application/vnd.docker.distribution.manifest.list.v2+json', 'application/vnd.oci.image.index.v1+json'],
};

/** @see pulp_container 2.20 to 2.30: the paths are the same */
export function createPulpClient(target: PulpTarget): PulpClient {
  async function send(method: string, path: string, call: PulpCall, body?: unknown): Promise<Response> {
    try {
      return await sendTo(target, method, path, {
        headers: {
          ...identify(target),
          accept: 'application/json',
          'correlation-id': call.requestId,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        body: body === undefined ? undefined : JSON.stringify(body),
        signal: call.signal,
      });
    } catch (error) {
      call.signal.throwIfAborted();
      const { hostname, port } = new URL(target.url);
      throw new ConnectionRefused(hostname || 'localhost', port || '80', { cause: error });
    }
  }

  async function ask<T>(method: string, path: string, call: PulpCall, body?: unknown, gem = CONTAINER): Promise<T> {
    const response = await send(method, path, call, body);
    return z.custom<T>().parse(readAnswer(response, await response.text(), gem));
  }

  async function askTask(
    method: string,
    path: string,
    call: PulpCall,
    body?: unknown,
    gem = CONTAINER,
  ): Promise<string> {
    return (await ask<{ task: string }>(method, path, call, body, gem)).task;
  }

  async function list<T>(
    path: string,
    filters: readonly (readonly [string, string])[],
    call: PulpCall,
    isOptional = false,
  ): Promise<T[]> {
    const rows: T[] = [];
    for (let offset = 0; ; offset += PAGE_SIZE) {
      const query = new URLSearchParams({ limit: String(PAGE_SIZE), offset: String(offset) });
      for (const [name, value] of filters) query.append(name, value);
      const response = await send('GET', `${path}?${query.toString()}`, call);
      const text = await response.text();
      if (isOptional && response.status === 404) return rows;
      const page = z.custom<Page<T>>().parse(readAnswer(response, text, CONTAINER));
      rows.push(...page.results);
      if (page.next === null) return rows;
    }
  }

  return {
    ...createCleanupCalls({ list, askTask }),
    status: async (call) => {
      const response = await send('GET', '/pulp/api/v3/status/', call);
      await response.body?.cancel();
    },
    createRepository: (name, call) => ask('POST', REPOSITORIES, call, { name }),
    readRepository: (href, call) => ask('GET', href, call),
    renameRepository: (href, name, call) => askTask('PUT', href, call, { name }),
    readVersionPrn: async (href, call) => {
      await ask('GET', `${href}?fields=prn`, call);
    },
    tag: async (repository, body, call) => {
      if (!TAG_NAME.test(body.tag)) {
        throw new StepError(
          'ArgumentError',
          `invalid value for "tag", must conform to the pattern (?-mix:${TAG_NAME.source}).`,
        );
      }
      return askTask('POST', `${repository}tag/`, call, body);
    },
    add: (repository, units, call) => askTask('POST', `${repository}add/`, call, { content_units: units }),
    remove: (repository, units, call) => askTask('POST', `${repository}remove/`, call, { content_units: units }),
    readTask: (href, call) => ask('GET', href, call, undefined, CORE),
    findDistributions: async (basePath, call) => {
      const query = new URLSearchParams({ base_path: basePath });
      return (await ask<{ results: Distribution[] }>('GET', `${DISTRIBUTIONS}?${query.toString()}`, call)).results;
    },
    readDistribution: async (href, call) => {
      const response = await send('GET', href, call);
      const text = await response.text();
      if (response.status === 404) return null;
      return z.custom<Distribution>().parse(readAnswer(response, text, CONTAINER));
    },
    createDistribution: (body, call) => askTask('POST', DISTRIBUTIONS, call, body),
    patchDistribution: async (href, body, call) =>
      (await ask<{ task?: string }>('PATCH', href, call, body)).task ?? null,
    deleteIfThere: async (href, call) => {
      const response = await send('DELETE', href, call);
      const text = await response.text();
      if (response.status === 404) return null;
      if (!response.ok) throw new StepError(`${CONTAINER}::ApiError`, refusalText(response, text));
      return text === '' ? null : (z.custom<{ task?: string }>().parse(JSON.parse(text)).task ?? null);
    },
    listManifests: (version, kind, call) =>
      list(
        '/pulp/api/v3/content/container/manifests/',
        [['repository_version', version], ...MEDIA_TYPES[kind].map((type) => ['media_type', type] as const)],
        call,
      ),
    listTags: (version, call) => list('/pulp/api/v3/content/container/tags/', [['repository_version', version]], call),
    createUpload: async (size, call) => {
      const upload = await ask<{ pulp_href: string }>('POST', '/pulp/api/v3/uploads/', call, { size }, CORE);
      return upload.pulp_href;
    },
  };
}

interface Page<T> {
  readonly next: string | null;
  readonly results: readonly T[];
}

function readAnswer(response: Response, text: string, gem: string): unknown {
  if (!response.ok) throw new StepError(`${gem}::ApiError`, refusalText(response, text));
  return text === '' ? {} : JSON.parse(text);
}

/** The client library refuses what Pulp would refuse, before it asks. */
const TAG_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;
