/** What a person does in Katello while the reactor is at work: holds a repository, publishes a view, resumes a task. */
import { z } from 'zod';
import type { StandIn } from '../katello/stand-in.ts';

const LOGIN = { login: 'admin', password: 'sandbox-admin' };
const Created = z.object({ id: z.number() });
const Started = z.object({ id: z.string() });
const Tasks = z.array(z.object({ id: z.string(), label: z.string(), state: z.string() }));

export interface KatelloPerson {
  /** Starts a publish of a repository and has it stand still, with its lock; answers the task. */
  holdRepository(repositoryId: number, tag: string, digest: string): Promise<string>;
  /** As `holdRepository`, but its request is not even answered: Katello is still planning the task. */
  holdPlanning(repositoryId: number, tag: string, digest: string): Promise<void>;
  /** Tasks whose label contains this stand still from now on. */
  hold(label: string): Promise<void>;
  /** Publishes a new content view of the repository, one of the first organization, which stands still. */
  holdView(repositoryId: number): Promise<string>;
  /** Everything that stands still goes on. */
  release(): Promise<void>;
  /** The next requests of this kind are answered so. */
  answer(fault: { method: string; path: string; status: number; body: string }): Promise<void>;
  /** Candlepin fails in the middle of tasks, which pause then; or works again. */
  breakCandlepin(isBroken: boolean): Promise<void>;
  /** Resumes every paused task. */
  resumeAll(): Promise<void>;
}

export function createKatelloPerson({ url, controlUrl }: StandIn): KatelloPerson {
  const credential = Buffer.from(`${LOGIN.login}:${LOGIN.password}`).toString('base64');
  const send = (base: string) => async (method: string, path: string, body?: object) => {
    const headers = { authorization: `Basic ${credential}`, 'content-type': 'application/json' };
    const answer = await fetch(`${base}${path}`, { method, headers, body: body ? JSON.stringify(body) : null });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  };
  const ask = send(url);
  const control = send(controlUrl);

  const hold = async (label: string): Promise<void> => void (await control('POST', '/tasks/hold', { label }));
  let views = 0;
  const importTag = (repositoryId: number, tag: string, digest: string) =>
    ask('PUT', `/katello/api/v2/repositories/${repositoryId}/import_uploads`, {
      async: true,
      content_type: 'docker_tag',
      publish_repository: true,
      sync_capsule: false,
      uploads: [{ id: 'person', name: tag, digest }],
    });

  return {
    hold,
    async holdRepository(repositoryId, tag, digest) {
      await hold('ImportUpload');
      return Started.parse(await importTag(repositoryId, tag, digest)).id;
    },
    async holdPlanning(repositoryId, tag, digest) {
      await control('POST', '/planning/hold', {});
      void importTag(repositoryId, tag, digest);
      const isPlanned = async (): Promise<boolean> =>
        Tasks.parse(await control('GET', '/tasks')).some(({ state }) => state === 'planning');
      while (!(await isPlanned()));
    },
    async holdView(repositoryId) {
      const view = { organization_id: 1, name: `view ${++views}`, repository_ids: [repositoryId] };
      const { id } = Created.parse(await ask('POST', '/katello/api/v2/content_views', view));
      await hold('ContentView::Publish');
      return Started.parse(await ask('POST', `/katello/api/v2/content_views/${id}/publish`, {})).id;
    },
    async release() {
      await control('POST', '/tasks/release', {});
      await control('POST', '/planning/release', {});
    },
    async answer(fault) {
      await control('POST', '/faults/answer', { ...fault, contentType: 'application/json' });
    },
    async breakCandlepin(isBroken) {
      await control('POST', '/faults/candlepin', { state: isBroken ? 'failing' : 'ok' });
    },
    async resumeAll() {
      const paused = Tasks.parse(await control('GET', '/tasks')).filter(({ state }) => state === 'paused');
      await ask('POST', '/foreman_tasks/api/tasks/bulk_resume', { task_ids: paused.map(({ id }) => id) });
    },
  };
}
