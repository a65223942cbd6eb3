import { expect } from 'chai';
import { Task } from '../../../lib/pulp/schema.ts';
import { createImage } from '../image/image.ts';
import { push } from '../image/push.ts';
import { createPulpClient, type PulpClient } from './client.ts';
import { type FakePulp, startFakePulp } from './fake-pulp.ts';

const PATH = 'kpr.push/acme/api';

for (const world of ['a', 'b'] as const) {
  describe(`faults of the in-memory Pulp, world ${world}`, () => {
    let fake: FakePulp;
    let client: PulpClient;
    beforeEach(async () => {
      fake = await startFakePulp({ world });
      client = createPulpClient(fake);
      await push(fake, PATH, '1', createImage({ seed: 'one' }));
    });
    afterEach(() => fake.close());

    const putManifest = (tag: string) => {
      const { manifest } = createImage({ seed: 'one' });
      const headers = { 'content-type': manifest.mediaType };
      return client.send('PUT', `/v2/${PATH}/manifests/${tag}`, { body: manifest.bytes, headers });
    };
    const retag = async () => {
      const repository = await client.findRepository(PATH);
      const digest = createImage({ seed: 'one' }).manifest.digest;
      return client.post(`${repository?.pulp_href}tag/`, { tag: 'retagged', digest });
    };
    const versionNumber = async () => {
      const repository = await client.findRepository(PATH);
      return Number(repository?.latest_version_href.split('/').at(-2));
    };

    it('held workers leave tasks waiting, while a push runs by itself', async () => {
      fake.holdTasks();
      const other = await client.createRepository('katello-1');
      await client.post(`${other.pulp_href}add/`, {});

      const { status } = await putManifest('2');

      const tasks = await client.list('tasks/?ordering=pulp_created', Task);
      expect(status).to.equal(201);
      expect(tasks.map(({ state }) => state)).to.deep.equal(['completed', 'waiting', 'completed']);
    });

    it('a push behind a waiting task is answered 429, and makes its version once the workers go on', async () => {
      fake.holdTasks();
      const accepted = await retag();

      const { status } = await putManifest('2');

      const before = await versionNumber();
      fake.releaseTasks();
      await client.finish(accepted);
      fake.finishTasks();
      expect([status, before, await versionNumber()]).to.deep.equal([429, 1, 3]);
    });

    it('a failing push answers 500, and its failed task names the version that is there', async () => {
      fake.failNextPush();

      const { status } = await putManifest('2');

      const repository = await client.findRepository(PATH);
      const task = await client.findTaskOf(repository?.latest_version_href ?? '');
      expect([status, await versionNumber()]).to.deep.equal([500, 2]);
      expect(task).to.deep.include({ state: 'failed', created_resources: [repository?.latest_version_href] });
    });

    it('purged tasks are gone, unfinished ones stay', async () => {
      fake.holdTasks();
      await retag();

      fake.purgeTasks();

      const tasks = await client.list('tasks/', Task);
      expect(tasks.map(({ state }) => state)).to.deep.equal(['waiting']);
    });

    it('a hook answers instead, hangs up, or lets through', async () => {
      fake.intercept(({ path }) =>
        path.includes('tasks') ? { status: 503 } : path === '/v2/' ? 'hang-up' : undefined,
      );

      const answered = await client.get('tasks/');
      const hungUp = await client.get('/v2/').catch(() => 'hung up');
      const passed = await client.get('status/');

      expect([answered.status, hungUp, passed.status]).to.deep.equal([503, 'hung up', 200]);
    });

    it('keeps what it was asked', async () => {
      fake.requests.length = 0;

      await client.get('tasks/?limit=1');

      expect(fake.requests).to.deep.equal([{ method: 'GET', url: '/pulp/api/v3/tasks/?limit=1' }]);
    });
  });
}
