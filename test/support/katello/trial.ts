/** A stand-in with a Pulp in memory behind it, and plain calls to both: for tests of the stand-in's own rules. */
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { Manifest, Tag } from '../../../lib/pulp/schema.ts';
import type { Pushable } from '../image/image.ts';
import { push } from '../image/push.ts';
import { createPulpClient, type PulpClient } from '../pulp/client.ts';
import { type FakePulp, startFakePulp } from '../pulp/fake-pulp.ts';
import type { WorldName } from '../pulp/state.ts';
import { until } from '../until.ts';
import { type StandIn, type StandInOptions, startKatelloStandIn } from './stand-in.ts';
import type { Task, World } from './state/rows.ts';
import { Seed } from './state/seed.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** parsed JSON, or the text where it is none */
  readonly body: unknown;
}

export interface Ask {
  /** sent as JSON, or as it is when it is text */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Trial {
  readonly pulp: FakePulp;
  readonly pulpClient: PulpClient;
  readonly standIn: StandIn;
  /** Sends `METHOD /path` as that user of the sandbox seed; null: without login. */
  ask(login: string | null, call: string, options?: Ask): Promise<Answer>;
  /** `POST /tasks/hold` and the like. @throws when it is refused */
  control(call: string, body?: object): Promise<unknown>;
  world(): Promise<World>;
  /** The task of a 202, once nothing of it runs any more. */
  ended(accepted: Answer): Promise<Task>;
  /** Waits until no task is under way. */
  settled(): Promise<void>;
  /** Tasks whose label ends so, oldest first. */
  tasks(labelEnd: string): Promise<Task[]>;
  /** A new repository of the product `web`, and its id, when its publishing is over. */
  createRepository(name: string): Promise<number>;
  /** Pushes past Katello and copies the tag into the repository behind Katello's, as a reactor does. */
  pushInto(repositoryId: number, tag: string, pushable: Pushable): Promise<void>;
  /** Pulp's name of a manifest. */
  hrefOf(pushable: Pushable): Promise<string>;
  /** `import_uploads` of a tag as `kpr`; asynchronous unless told otherwise. */
  importTag(repositoryId: number, name: string, pushable: Pushable, extra?: object): Promise<Answer>;
  /** `import_uploads` by content_unit_id as `kpr`: makes a list known before its tag. */
  importUnit(repositoryId: number, pushable: Pushable): Promise<Answer>;
  /** Tags that Katello lists, with their digests. */
  listTags(repositoryId: number): Promise<Record<string, string>>;
  /** How many tasks wait where `/tasks/hold` holds them. */
  parked(): Promise<number>;
  /** The same Pulp with another stand-in, after this one was closed. */
  reopen(options: Partial<StandInOptions>): Promise<Trial>;
  close(): Promise<void>;
}

/** Product `web` of the sandbox seed. */
export const WEB = 1;
const SEED = new URL('./seeds/sandbox.json', import.meta.url);

const Row = z.object({ id: z.number() });
const TaskRow = z.object({ id: z.string() });
const Versioned = z.object({ name: z.string(), version_href: z.string() });
const Parked = z.array(z.object({ isParked: z.boolean() }));
const TagPage = z.object({
  results: z.array(z.object({ name: z.string(), manifest: z.object({ digest: z.string() }) })),
});

/** Id of the row that an answer shows. */
export function idOf({ body }: Answer): number {
  return Row.parse(body).id;
}

/** The stand-in of that version with the seed `sandbox.json`. */
export async function startTrial(
  version: string,
  options: Partial<StandInOptions> = {},
  world: WorldName = 'a',
): Promise<Trial> {
  return openTrial(await startFakePulp({ world }), version, options);
}

async function openTrial(pulp: FakePulp, version: string, options: Partial<StandInOptions>): Promise<Trial> {
  const pulpClient = createPulpClient(pulp);
  const seed = Seed.parse(JSON.parse(await readFile(SEED, 'utf8')));
  const standIn = await startKatelloStandIn({ pulp, version, seed, ...options });

  const ask: Trial['ask'] = (login, call, { body, headers = {} } = {}) => {
    const basic = Buffer.from(`${login}:sandbox-${login}`).toString('base64');
    return send(standIn.url, call, body, {
      ...(login === null ? {} : { authorization: `Basic ${basic}` }),
      ...headers,
    });
  };
  const control: Trial['control'] = async (call, body) => {
    const { status, body: told } = await send(standIn.controlUrl, call, body ?? {}, {});
    if (status !== 200) throw new Error(`${call}: ${JSON.stringify(told)}`);
    return told;
  };
  const world: Trial['world'] = async () => z.custom<World>().parse(await control('GET /world'));
  const settled: Trial['settled'] = async () => {
    await until('the end of all tasks', async () => (await world()).tasks.every(isOver));
  };
  const showRepository = async (id: number) =>
    Versioned.parse((await ask('kpr', `GET /katello/api/v2/repositories/${id}`)).body);
  const importUploads = (id: number, body: object): Promise<Answer> =>
    ask('kpr', `PUT /katello/api/v2/repositories/${id}/import_uploads`, { body });
  const hrefOf: Trial['hrefOf'] = async ({ manifest }) => {
    const [unit] = await pulpClient.list(`content/container/manifests/?digest=${manifest.digest}`, Manifest);
    return unit?.pulp_href ?? '';
  };

  return {
    pulp,
    pulpClient,
    standIn,
    ask,
    control,
    world,
    settled,
    hrefOf,
    ended: async ({ body }) => {
      const { id } = TaskRow.parse(body);
      return until('the end of a task', async () => (await world()).tasks.find((row) => row.id === id && isOver(row)));
    },
    tasks: async (labelEnd) => (await world()).tasks.filter(({ label }) => label.endsWith(labelEnd)),
    createRepository: async (name) => {
      const body = { product_id: WEB, name, content_type: 'docker' };
      const id = idOf(await ask('kpr', 'POST /katello/api/v2/repositories', { body }));
      await until('the publishing of the repository', async () =>
        (await world()).tasks.some((task) => isPublishing(task, id) && isOver(task)),
      );
      return id;
    },
    pushInto: async (repositoryId, tag, pushable) => {
      const { name, version_href: known } = await showRepository(repositoryId);
      await push(pulp, `kpr.push/acme/web/${name}`, tag, pushable);
      const pushed = await pulpClient.findRepository(`kpr.push/acme/web/${name}`);
      const path = `content/container/tags/?repository_version=${pushed?.latest_version_href}&name=${tag}`;
      const units = (await pulpClient.list(path, Tag)).map((unit) => unit.pulp_href);
      const target = known.replace(/versions\/\d+\/$/, '');
      await pulpClient.finish(await pulpClient.post(`${target}add/`, { content_units: units }));
    },
    importTag: (repositoryId, name, { manifest }, extra = {}) =>
      importUploads(repositoryId, {
        content_type: 'docker_tag',
        async: true,
        uploads: [{ id: 'x', name, digest: manifest.digest }],
        ...extra,
      }),
    importUnit: async (repositoryId, pushable) =>
      importUploads(repositoryId, {
        content_type: 'docker_manifest',
        async: true,
        uploads: [{ id: 'x', name: 'x', content_unit_id: await hrefOf(pushable) }],
      }),
    listTags: async (repositoryId) => {
      const { body } = await ask('kpr', `GET /katello/api/v2/docker_tags?repository_id=${repositoryId}&per_page=100`);
      return Object.fromEntries(TagPage.parse(body).results.map(({ name, manifest }) => [name, manifest.digest]));
    },
    parked: async () => Parked.parse(await control('GET /tasks')).filter(({ isParked }) => isParked).length,
    reopen: (changed) => openTrial(pulp, version, { ...options, ...changed }),
    close: async () => {
      await standIn.close();
      await pulp.close();
    },
  };
}

/** Planned behind the answer to a create. */
function isPublishing({ label, links }: Task, repositoryId: number): boolean {
  return label.endsWith('::MetadataGenerate') && links.some(({ resourceId }) => resourceId === repositoryId);
}

function isOver({ state }: Task): boolean {
  return state === 'stopped' || state === 'paused';
}

async function send(
  base: string,
  call: string,
  body: unknown,
  headers: Readonly<Record<string, string>>,
): Promise<Answer> {
  const [method = '', path = ''] = call.split(' ');
  const hasBody = body !== undefined && method !== 'GET';
  const answer = await fetch(new URL(path, base), {
    method,
    headers: { ...(hasBody ? { 'content-type': 'application/json' } : {}), ...headers },
    body: hasBody ? (typeof body === 'string' ? body : JSON.stringify(body)) : null,
  });
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, body: parse(text) };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
