/** What administrators do past the reactor: to Katello's repositories and products, and to distributions in Pulp. */
import { z } from 'zod';
import type { Pushable } from '../image/image.ts';
import { push } from '../image/push.ts';
import { until } from '../until.ts';
import type { Scene } from './scene.ts';

export interface Administrator {
  /** Makes the repository of the scene by hand. */
  createRepository(values?: { readonly url: string; readonly docker_upstream_name: string }): Promise<void>;
  deleteRepository(): Promise<void>;
  /** Deletes the product of the scene with all that is in it, and waits until it is gone. */
  deleteProduct(): Promise<void>;
  createProduct(): Promise<void>;
  /** Sets how Library names its repositories, and waits until all are renamed. */
  nameBy(pattern: string): Promise<void>;
  /** Pushes to a name in Pulp that is not under the reserved prefix. */
  pushBeside(name: string, tag: string, what: Pushable): Promise<void>;
  /** Katello holds what was pushed to this name for a repository of its own push, called as the one of the scene. */
  adoptAsNative(name: string): Promise<void>;
  /** Changes a distribution in Pulp. */
  changeDistribution(name: string, changes: object): Promise<void>;
  /** The next task of Katello's whose label ends so fails, and pauses with its locks. */
  failNext(label: string): Promise<void>;
  /** Ids of paused tasks. */
  listPaused(): Promise<string[]>;
  /** Resumes every paused task. */
  resume(): Promise<void>;
}

const Id = z.object({ id: z.number() });
const Labelled = z.object({ results: z.array(z.object({ id: z.number(), label: z.string() })) });
const Tasks = z.array(z.object({ id: z.string(), state: z.string() }));
const World = z.looseObject({
  roots: z.array(z.looseObject({ id: z.number(), name: z.string(), isContainerPush: z.boolean() })),
  repositories: z.array(z.looseObject({ rootId: z.number() })),
});

export function createAdministrator(scene: Scene): Administrator {
  const { pulp, lab } = scene;
  const name = scene.path.split('/').at(-1) ?? '';

  const control = async (call: string, body?: object): Promise<unknown> => {
    const [method = '', path = ''] = call.split(' ');
    const answer = await fetch(`${lab.standIn.controlUrl}${path}`, {
      method,
      body: body ? JSON.stringify(body) : null,
    });
    if (!answer.ok) throw new Error(`${call}: ${await answer.text()}`);
    return answer.json();
  };
  const listTasks = async () => Tasks.parse(await control('GET /tasks'));
  const listPaused = async () => (await listTasks()).filter(({ state }) => state === 'paused').map(({ id }) => id);
  const atRest = () =>
    until('the end of all tasks', async () => (await listTasks()).every(({ state }) => state === 'stopped'), 60_000);
  const find = async (what: string, label: string): Promise<number> => {
    const found = (await scene.ask(`GET ${what}`, Labelled)).results.find((row) => row.label === label);
    if (!found) throw new Error(`Katello has no ${label} among its ${what}`);
    return found.id;
  };
  const organizationId = () => find('organizations?full_result=true', lab.organization);
  const productId = async () => find(`products?organization_id=${await organizationId()}&full_result=true`, 'web');

  return {
    async createRepository(values) {
      const body = { name, label: name, product_id: await productId(), content_type: 'docker', ...values };
      await scene.ask('POST repositories', Id, body);
      await atRest();
    },
    async deleteRepository() {
      const { id } = await scene.repository();
      await scene.ask(`DELETE repositories/${id}?remove_from_content_view_versions=true`, z.unknown());
    },
    async deleteProduct() {
      await scene.ask(`DELETE products/${await productId()}`, z.unknown());
      await atRest();
    },
    async createProduct() {
      await scene.ask('POST products', Id, { name: 'web', label: 'web', organization_id: await organizationId() });
    },
    async nameBy(pattern) {
      const library = await find(`environments?organization_id=${await organizationId()}&library=true`, 'Library');
      await scene.ask(`PUT environments/${library}`, Id, { registry_name_pattern: pattern });
      await atRest();
    },
    pushBeside: (beside, tag, what) => push(lab.server, beside, tag, what),
    async adoptAsNative(pushedName) {
      const [pushed, distribution] = [await pulp.findRepository(pushedName), await pulp.findDistribution(pushedName)];
      const world = World.parse(await control('GET /world'));
      const root = world.roots.find((row) => row.name === name);
      if (!root || !pushed || !distribution) throw new Error(`nothing is there to be adopted as ${pushedName}`);
      root.isContainerPush = true;
      const hrefs = {
        pulpHref: pushed.pulp_href,
        versionHref: pushed.latest_version_href,
        distributionHref: distribution.pulp_href,
      };
      const names = { relativePath: pushedName, containerRepositoryName: pushedName };
      for (const row of world.repositories) if (row.rootId === root.id) Object.assign(row, hrefs, names);
      await control('PUT /world', world);
    },
    async changeDistribution(basePath, changes) {
      const distribution = await pulp.findDistribution(basePath);
      const answer = await pulp.send('PATCH', distribution?.pulp_href ?? '', { body: changes });
      if (answer.status !== 200 && answer.status !== 202) throw new Error(`${basePath}: ${answer.status}`);
      if (answer.status === 202) await pulp.finish(answer);
    },
    failNext: async (label) => void (await control('POST /faults/step', { label })),
    listPaused,
    async resume() {
      const answer = await fetch(`${lab.standIn.url}/foreman_tasks/api/tasks/bulk_resume`, {
        method: 'POST',
        headers: {
          authorization: `Basic ${Buffer.from('admin:sandbox-admin').toString('base64')}`,
          'content-type': 'application/json',
        },
        body: JSON.stringify({ task_ids: await listPaused() }),
      });
      if (!answer.ok) throw new Error(`Katello answered ${answer.status} to a resume`);
      await atRest();
    },
  };
}
