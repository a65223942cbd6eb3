/** What the Pulp double knows when no recording answers: a very small Pulp. */
import { isObject, listAt, textAt } from './json.ts';
import type { PulpCall } from './recording.ts';

export interface PulpAnswer {
  readonly status: number;
  readonly body: unknown;
}

export interface PulpMemory {
  answer(method: string, target: string, body: unknown): PulpAnswer;
  /** Takes in what a recorded call tells. */
  learn(call: PulpCall): void;
  /** Somebody put an image with this digest into the repository's latest version. */
  putImage(repository: string, digest: string, labels: unknown): void;
  /**
   * Somebody moved the first tag of the version to another image of it; the old image stays. Null when there is no
   * other image.
   */
  moveTag(repository: string, version: string): { name: string; digest: string } | null;
  /** Katello remembers a distribution that no recorded call told of. */
  putDistribution(href: string, basePath: string, version: string | null): void;
  /** Somebody deleted the repository. */
  forget(repository: string): void;
  /** Somebody made a version of the repository. */
  setLatest(repository: string, version: string): void;
}

interface Unit {
  readonly pulp_href: string;
  readonly [key: string]: unknown;
}

interface Content {
  readonly images: Unit[];
  readonly lists: Unit[];
  readonly tags: Unit[];
}

const ROOT = '/pulp/api/v3/';
const REPOSITORIES = `${ROOT}repositories/container/container/`;
const DISTRIBUTIONS = `${ROOT}distributions/container/container/`;
const EMPTY: Content = { images: [], lists: [], tags: [] };

export function createPulpMemory(uuid: () => string): PulpMemory {
  const latest = new Map<string, string>();
  const names = new Map<string, string>();
  const contents = new Map<string, Content>();
  const distributions = new Map<string, Unit>();
  const tasks = new Map<string, Unit>();
  const gone = new Set<string>();

  const contentOf = (version: string | undefined): Content => contents.get(version ?? '') ?? EMPTY;

  function startTask(created: readonly string[], name: string): PulpAnswer {
    const href = `${ROOT}tasks/${uuid()}/`;
    const now = new Date().toISOString();
    tasks.set(href, {
      pulp_href: href,
      prn: `prn:core.task:${href}`,
      pulp_created: now,
      pulp_last_updated: now,
      state: 'completed',
      name,
      logging_cid: '',
      created_by: null,
      unblocked_at: now,
      started_at: now,
      finished_at: now,
      error: null,
      worker: null,
      child_tasks: [],
      progress_reports: [],
      created_resources: created,
      reserved_resources_record: [],
      result: null,
    });
    return { status: 202, body: { task: href } };
  }

  function addVersion(repository: string, content: Content): string {
    const number = Number(/versions\/(\d+)\//.exec(latest.get(repository) ?? '')?.[1] ?? 0) + 1;
    const version = `${repository}versions/${number}/`;
    latest.set(repository, version);
    contents.set(version, content);
    return version;
  }

  function tag(repository: string, body: unknown): PulpAnswer {
    if (gone.has(repository))
      return { status: 404, body: { detail: 'No ContainerRepository matches the given query.' } };
    const digest = textAt(body, 'digest') ?? '';
    const name = textAt(body, 'tag') ?? '';
    const content = contentOf(latest.get(repository));
    const target = [...content.images, ...content.lists].find((unit) => unit['digest'] === digest);
    if (target === undefined) {
      const version = /versions\/(\d+)\//.exec(latest.get(repository) ?? '')?.[1] ?? '0';
      const shown = `<Repository: ${names.get(repository) ?? 'r'}; Version: ${version}>`;
      const text = `A manifest with the digest '${digest}' does not exist in the latest repository version '${shown}'`;
      return { status: 400, body: { non_field_errors: [text] } };
    }
    if (content.tags.some((unit) => unit['name'] === name && unit['tagged_manifest'] === target.pulp_href)) {
      return startTask([], 'pulp_container.app.tasks.tag.tag_image');
    }
    const unit = { pulp_href: `${ROOT}content/container/tags/${uuid()}/`, name, tagged_manifest: target.pulp_href };
    const tags = [...content.tags.filter((other) => other['name'] !== name), unit];
    return startTask(
      [addVersion(repository, { ...content, tags }), unit.pulp_href],
      'pulp_container.app.tasks.tag.tag_image',
    );
  }

  function writeDistribution(href: string, body: unknown): PulpAnswer {
    const known = distributions.get(href) ?? null;
    const version = textAt(body, 'repository_version') ?? '';
    if (gone.has(version.replace(/versions\/.*$/, ''))) {
      return { status: 400, body: { repository_version: ['Invalid hyperlink - Object does not exist.'] } };
    }
    if (known !== null && known['repository'] !== null && known['repository'] !== undefined) {
      const text = "Only one of the attributes 'repository' and 'repository_version' may be used simultaneously.";
      return { status: 400, body: { non_field_errors: [text] } };
    }
    const basePath = textAt(body, 'base_path');
    distributions.set(href, {
      ...known,
      pulp_href: href,
      repository: null,
      ...(isObject(body) ? body : {}),
      base_path: basePath,
    });
    return startTask(known === null ? [href] : [], 'pulpcore.app.tasks.base.ageneral_update');
  }

  function read(target: string): PulpAnswer {
    const { pathname, searchParams } = new URL(target, 'http://pulp');
    if (pathname === `${ROOT}status/`) return { status: 200, body: {} };
    if (tasks.has(pathname)) return { status: 200, body: tasks.get(pathname) };
    if (distributions.has(pathname)) return { status: 200, body: distributions.get(pathname) };
    if (pathname === DISTRIBUTIONS) {
      const path = searchParams.get('base_path');
      return page([...distributions.values()].filter((unit) => unit['base_path'] === path));
    }
    if (searchParams.get('fields') === 'prn')
      return { status: 200, body: { prn: `prn:core.repositoryversion:${uuid()}` } };
    if (pathname.startsWith(REPOSITORIES) && latest.has(pathname)) {
      return {
        status: 200,
        body: { pulp_href: pathname, name: names.get(pathname), latest_version_href: latest.get(pathname) },
      };
    }
    const content = contentOf(searchParams.get('repository_version') ?? undefined);
    if (pathname.endsWith('/tags/')) return page(content.tags);
    if (pathname.endsWith('/manifests/')) {
      return page(searchParams.getAll('media_type').some(isListType) ? content.lists : content.images);
    }
    return { status: 404, body: { detail: 'Not found.' } };
  }

  function write(method: string, path: string, body: unknown): PulpAnswer {
    if (path === REPOSITORIES) {
      const href = `${REPOSITORIES}${uuid()}/`;
      const name = textAt(body, 'name') ?? '';
      names.set(href, name);
      latest.set(href, `${href}versions/0/`);
      return { status: 201, body: { pulp_href: href, name, latest_version_href: `${href}versions/0/` } };
    }
    if (path === DISTRIBUTIONS) return writeDistribution(`${DISTRIBUTIONS}${uuid()}/`, body);
    if (method === 'PATCH') return writeDistribution(path, body);
    if (path === `${ROOT}uploads/`) return { status: 201, body: { pulp_href: `${ROOT}uploads/${uuid()}/` } };
    if (path.endsWith('/tag/')) return tag(path.slice(0, -'tag/'.length), body);
    if (method === 'DELETE') {
      const isKnown = distributions.delete(path) || latest.delete(path);
      return isKnown
        ? startTask([], 'pulpcore.app.tasks.base.general_multi_delete')
        : { status: 404, body: { detail: 'Not found.' } };
    }
    if (path.endsWith('/add/') || path.endsWith('/remove/'))
      return startTask([], 'pulp_container.app.tasks.recursive_add');
    return startTask([], 'pulpcore.app.tasks.base.ageneral_update');
  }

  function learn(call: PulpCall): void {
    const { pathname, searchParams } = new URL(call.path, 'http://pulp');
    if (call.method !== 'GET' && call.method !== 'POST') return;
    const href = textAt(call.response, 'pulp_href') ?? '';
    const version = textAt(call.response, 'latest_version_href');
    if (version !== null) {
      latest.set(href, version);
      names.set(href, textAt(call.response, 'name') ?? '');
    }
    const units = listAt(call.response, 'results').filter(isUnit);
    if (pathname === DISTRIBUTIONS) for (const unit of units) distributions.set(unit.pulp_href, unit);
    const repositoryVersion = searchParams.get('repository_version');
    if (repositoryVersion === null) return;
    const content = contentOf(repositoryVersion);
    if (pathname.endsWith('/tags/')) contents.set(repositoryVersion, { ...content, tags: units });
    else if (searchParams.getAll('media_type').some(isListType))
      contents.set(repositoryVersion, { ...content, lists: units });
    else contents.set(repositoryVersion, { ...content, images: units });
  }

  return {
    answer: (method, target, body) =>
      method === 'GET' ? read(target) : write(method, new URL(target, 'http://pulp').pathname, body),
    learn,
    putImage(repository, digest, labels) {
      if (gone.has(repository)) return;
      if (!latest.has(repository)) latest.set(repository, `${repository}versions/0/`);
      const content = contentOf(latest.get(repository));
      if ([...content.images, ...content.lists].some((unit) => unit['digest'] === digest)) return;
      addVersion(repository, { ...content, images: [...content.images, imageOf(digest, labels, uuid())] });
    },
    moveTag(repository, version) {
      const content = contentOf(version);
      const [moved] = content.tags;
      const target = content.images.find((image) => image.pulp_href !== moved?.['tagged_manifest']);
      if (moved === undefined || target === undefined) return null;
      latest.set(repository, version);
      return { name: textAt(moved, 'name') ?? '', digest: textAt(target, 'digest') ?? '' };
    },
    putDistribution(href, basePath, version) {
      const isKnown =
        distributions.has(href) || [...distributions.values()].some((unit) => unit['base_path'] === basePath);
      if (!isKnown) {
        distributions.set(href, {
          pulp_href: href,
          base_path: basePath,
          repository: null,
          repository_version: version,
        });
      }
    },
    forget(repository) {
      gone.add(repository);
      latest.delete(repository);
    },
    setLatest(repository, version) {
      if (!gone.has(repository)) latest.set(repository, version);
    },
  };
}

/** A list of Pulp's that ends on its first page. */
export function page(results: readonly unknown[]): PulpAnswer {
  return { status: 200, body: { count: results.length, next: null, previous: null, results } };
}

function isUnit(value: unknown): value is Unit {
  return isObject(value) && typeof value['pulp_href'] === 'string';
}

function isListType(type: string): boolean {
  return type.includes('list') || type.includes('index');
}

function imageOf(digest: string, labels: unknown, id: string): Unit {
  return {
    pulp_href: `${ROOT}content/container/manifests/${id}/`,
    digest,
    schema_version: 2,
    media_type: 'application/vnd.oci.image.manifest.v1+json',
    listed_manifests: [],
    labels,
    annotations: {},
    is_bootable: false,
    is_flatpak: false,
    type: 'image',
  };
}
