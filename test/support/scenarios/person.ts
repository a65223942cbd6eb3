/** What people do past the reactor: in Katello, and with the push repository. */
import { z } from 'zod';
import { Tag } from '../../../lib/pulp/schema.ts';
import type { Pushable } from '../image/image.ts';
import { until } from '../until.ts';
import { listTags } from './expect-pulls.ts';
import type { KatelloRepository, Scene } from './scene.ts';

/** A tag and what it names, where it is there already. */
export type Anchor = readonly [tag: string, what: Pushable];

export interface Person {
  /** Points a tag of Katello's repository at something that the repository holds, and publishes. */
  retag(tag: string, what: Pushable): Promise<void>;
  /** Takes a tag out of Katello's repository and publishes, which needs to name a tag that stays. */
  untag(tag: string, anchor: Anchor): Promise<void>;
  /** Puts a pushed tag into Katello's repository in Pulp and tells nobody. */
  smuggle(tag: string): Promise<void>;
  /** Makes Katello read its repository, by naming a tag. Answers how the task ended: `success` or `warning`. */
  publish(anchor: Anchor): Promise<string>;
  /** Takes a tag out of the push repository. */
  untagPushed(tag: string): Promise<void>;
  /** Deletes a pushed image as a client does, and waits until it is gone (pulp_container 2.29). */
  deletePushed(what: Pushable): Promise<void>;
  /** Takes every label off the push distribution. */
  loseLabels(): Promise<void>;
  /** Publishes a content view of the repository. */
  publishView(): Promise<ViewCopy>;
  /** Katello's tasks of this label stand still from now on; whoever waits for them waits. */
  hold(label: string): Promise<void>;
  /** Waits until a task stands still. */
  held(): Promise<void>;
  release(): Promise<void>;
}

/** The copy of the repository that a published content view has in Library. */
export interface ViewCopy {
  readonly containerName: string;
  /** digest by tag as Katello lists them now */
  listed(): Promise<Record<string, string>>;
}

const Id = z.object({ id: z.number() });
const Labelled = z.object({ results: z.array(z.object({ id: z.number(), label: z.string() })) });
const Started = z.object({ id: z.string() });
const Ended = z.object({ state: z.string(), result: z.string() });
const Copies = z.object({
  results: z.array(
    z.object({
      id: z.number(),
      container_repository_name: z.string(),
      kt_environment: z.object({ id: z.number() }).optional(),
    }),
  ),
});
const Tasks = z.array(z.object({ isParked: z.boolean() }));

export function createPerson(scene: Scene): Person {
  const { pulp, lab } = scene;

  const control = async (call: string, body: object): Promise<unknown> => {
    const [method = '', path = ''] = call.split(' ');
    const answer = await fetch(`${lab.standIn.controlUrl}${path}`, {
      method,
      body: method === 'GET' ? null : JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${call}: ${await answer.text()}`);
    return answer.json();
  };
  const changePulp = async (path: string, body: object): Promise<void> => {
    const { state, error } = await pulp.finish(await pulp.post(path, body));
    if (state !== 'completed') throw new Error(`${path}: ${state} ${JSON.stringify(error)}`);
  };
  const publish: Person['publish'] = async ([tag, { manifest }]) => {
    const { id } = await scene.repository();
    const { id: task } = await scene.ask(`PUT repositories/${id}/import_uploads`, Started, {
      async: true,
      content_type: 'docker_tag',
      publish_repository: true,
      sync_capsule: false,
      uploads: [{ id: 'person', name: tag, digest: manifest.digest }],
    });
    return (await ended(scene, task)).result;
  };

  return {
    publish,
    async retag(tag, what) {
      if ((await publish([tag, what])) !== 'success') throw new Error(`${tag} was not moved`);
    },
    async untag(tag, anchor) {
      await changePulp(`${hrefOf(await scene.repository())}untag/`, { tag });
      await publish(anchor);
    },
    async smuggle(tag) {
      const pushed = await pulp.findRepository(scene.pushName);
      const path = `content/container/tags/?repository_version=${pushed?.latest_version_href}&name=${tag}`;
      const units = (await pulp.list(path, Tag)).map(({ pulp_href }) => pulp_href);
      await changePulp(`${hrefOf(await scene.repository())}add/`, { content_units: units });
    },
    async untagPushed(tag) {
      const pushed = await pulp.findRepository(scene.pushName);
      await changePulp(`${pushed?.pulp_href}untag/`, { tag });
    },
    async deletePushed({ manifest }) {
      const findVersion = async () => (await pulp.findRepository(scene.pushName))?.latest_version_href;
      const before = await findVersion();
      const { status } = await pulp.send('DELETE', `/v2/${scene.pushName}/manifests/${manifest.digest}`);
      if (status !== 202) throw new Error(`the registry answered ${status} to a deletion`);
      // a worker carries it out, and the answer does not say which task
      await until('the version without the image', async () => (await findVersion()) !== before, 60_000);
    },
    async loseLabels() {
      const distribution = await pulp.findDistribution(scene.pushName);
      const { status } = await pulp.send('PATCH', distribution?.pulp_href ?? '', { body: { pulp_labels: {} } });
      if (status !== 200 && status !== 202) throw new Error(`Pulp answered ${status} to the loss of labels`);
    },
    async publishView() {
      const { id } = await scene.repository();
      const organizations = await scene.ask('GET organizations?full_result=true', Labelled);
      const organization = organizations.results.find(({ label }) => label === lab.organization);
      const view = { organization_id: organization?.id, name: 'all', repository_ids: [id] };
      const { id: viewId } = await scene.ask('POST content_views', Id, view);
      const { id: task } = await scene.ask(`POST content_views/${viewId}/publish`, Started, {});
      const { result } = await ended(scene, task);
      if (result !== 'success') throw new Error(`the content view was not published: ${result}`);
      const { results } = await scene.ask(`GET repositories?content_view_id=${viewId}&full_result=true`, Copies);
      const copy = results.find(({ kt_environment: environment }) => environment);
      if (!copy) throw new Error('the content view has no copy in Library');
      return { containerName: copy.container_repository_name, listed: () => listTags(scene, copy.id) };
    },
    hold: async (label) => void (await control('POST /tasks/hold', { label })),
    held: async () => {
      const isParked = async () => Tasks.parse(await control('GET /tasks', {})).some((task) => task.isParked);
      await until('a task that stands still', isParked, 60_000);
    },
    release: async () => void (await control('POST /tasks/release', {})),
  };
}

/** How the task ended. */
async function ended({ lab }: Scene, id: string): Promise<z.infer<typeof Ended>> {
  return until(
    `the end of task ${id}`,
    async () => {
      const task = await lab.katello.findTask(id);
      return task?.state === 'stopped' && Ended.parse(task);
    },
    60_000,
  );
}

/** Of its repository in Pulp. */
function hrefOf({ version_href: href }: KatelloRepository): string {
  return href.replace(/versions\/\d+\/$/, '');
}
