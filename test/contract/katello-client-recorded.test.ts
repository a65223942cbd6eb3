import { expect } from 'chai';
import { z } from 'zod';
import { AuthError, BusyError, HttpStatusError, TaskFailedError } from '../../lib/errors.ts';
import type { Katello } from '../../lib/katello/katello.ts';
import { taskIdsIn } from '../../lib/katello/task-ids.ts';
import { type HttpServer, startHttpServer } from '../support/http-server.ts';
import { type Exchange, KATELLO_VERSIONS, readRecorded, replay } from '../support/recorded/recorded.ts';
import { katelloAt } from '../support/remote.ts';

/** Ids as they were on the machines that were recorded. */
const SITES = {
  '4.14.3': { product: 3, repository: 3, containerName: 'acme-containers-app' },
  '5.0.1': { product: 4, repository: 2, containerName: 'acme/containers/app' },
};

for (const version of KATELLO_VERSIONS) {
  describe(`createKatello, on answers of Katello ${version}`, () => {
    const recorded = readRecorded(version);
    const site = SITES[version];
    let server: HttpServer;
    let katello: Katello;

    beforeEach(async () => {
      server = await startHttpServer();
      katello = katelloAt(server.url);
    });
    afterEach(() => server.finish());

    /** The call's outcome when it is answered as recorded. */
    async function on<T>(exchange: Exchange | string, call: () => Promise<T>): Promise<T> {
      replay(server, typeof exchange === 'string' ? recorded(exchange) : exchange);
      return call();
    }
    async function failing(exchange: Exchange | string, call: () => Promise<unknown>): Promise<unknown> {
      return on(exchange, call).then(
        () => expect.fail('the call did not fail'),
        (error: unknown) => error,
      );
    }
    const queryOf = ({ request }: Exchange) =>
      Object.fromEntries(new URL(request.replace(/^\S+ /u, ''), 'http://localhost').searchParams);
    const idOf = ({ request }: Exchange) => request.replace(/^.*\//u, '');
    const repositoryOf = ({ request }: Exchange) => Number(/repositories\/(\d+)/u.exec(request)?.[1]);

    it('reads the version', async () => {
      expect(await on('status', () => katello.readVersion())).to.equal(version);
    });

    it('reads who it is', async () => {
      const user = await on('current-user', () => katello.readCurrentUser());

      expect(user).to.deep.equal({ login: 'pusher', isAdmin: false });
    });

    it('lists organizations with the request that was recorded', async () => {
      const organizations = await on('organizations', () => katello.listOrganizations());

      expect(organizations).to.deep.equal([{ id: 1, name: 'ACME', label: 'ACME' }]);
      expect(server.received[0]?.query).to.deep.equal(queryOf(recorded('organizations')));
    });

    it('lists products with the request that was recorded', async () => {
      const products = await on('products', () => katello.listProducts(1));

      expect(products.map(({ label }) => label)).to.deep.equal(['containers', 'Probe', 'probe']);
      expect(server.received[0]?.query).to.deep.equal(queryOf(recorded('products')));
    });

    it('makes a product', async () => {
      const product = await on('create-product', () => katello.createProduct(1, 'Container Images'));

      expect(product).to.include({ id: site.product, label: 'containers' });
    });

    it('lists repositories with the request that was recorded', async () => {
      const rows = await on('repositories', () => katello.listRepositories(1, site.product));

      expect(rows[0]).to.include({ id: site.repository, url: null, container_repository_name: site.containerName });
      expect(server.received[0]?.query).to.deep.equal(queryOf(recorded('repositories')));
    });

    it('reads and makes a repository', async () => {
      const found = await on('repository', () => katello.findRepository(site.repository));
      const created = await on('create-repository', () => katello.createRepository(site.product, 'app'));

      for (const repository of [found, created]) {
        expect(repository).to.include({ id: site.repository, is_container_push: false });
        expect(repository?.product).to.deep.equal({ id: site.product, name: 'Container Images' });
      }
    });

    it('starts a publish and an import of lists', async () => {
      const tag = await on('import-tag', () =>
        katello.importTag(site.repository, { tag: 'latest', digest: `sha256:${'ab'.repeat(32)}` }),
      );
      const list = await on('import-list', () => katello.importUnits(repositoryOf(recorded('import-list')), ['/a/']));

      for (const task of [tag, list]) expect(task).to.include({ state: 'planned', result: 'pending', pending: true });
    });

    it('waits for a task that ends well', async () => {
      replay(server, recorded('task-running'));

      const task = await on('task-success', () => katello.waitForTask(idOf(recorded('task-success'))));

      expect(task).to.include({ state: 'stopped', result: 'success' });
    });

    it('takes a warning for a failure, with the words of the task', async () => {
      const failure = await failing('task-warning', () => katello.waitForTask(idOf(recorded('task-warning'))));

      expect(failure).to.be.instanceOf(TaskFailedError);
      expect(failure).to.have.property('detail').that.contains('warning: undefined method `schema_version');
    });

    it('finds tasks by what they are linked to, also paused ones', async () => {
      const query = { resourceType: 'Katello::Product', resourceId: 21 } as const;

      const [task] = await on('tasks-of-product-paused', () => katello.searchTasks(query));

      expect(task).to.include({ state: 'paused', result: 'error', pending: true });
      expect(server.received[0]?.query['search']).to.equal(queryOf(recorded('tasks-of-product-paused'))['search']);
    });

    it('finds the tasks of a repository, newest first', async () => {
      const exchange = recorded('tasks-of-repository');
      const query = { resourceType: 'Katello::Repository', resourceId: site.repository } as const;

      const tasks = await on(exchange, () => katello.searchTasks(query));

      expect(tasks.map(({ label }) => label)).to.deep.equal([
        'Actions::Katello::Repository::MetadataGenerate',
        'Actions::Katello::Repository::CreateRoot',
      ]);
      expect(server.received[0]?.query).to.include(queryOf(exchange));
    });

    it('reads tasks that have not begun', async () => {
      const query = { resourceType: 'SmartProxy', resourceId: 1 } as const;

      const tasks = await on('tasks-scheduled', () => katello.searchTasks(query));

      expect(tasks).to.have.lengthOf(2);
    });

    it('waits no longer for a paused task', async () => {
      const found = z.object({ results: z.tuple([z.looseObject({ id: z.string() })]) });
      const [task] = found.parse(recorded('tasks-of-product-paused').body).results;
      const shown = { request: `GET /foreman_tasks/api/tasks/${task.id}`, status: 200, body: task };

      const failure = await failing(shown, () => katello.waitForTask(task.id));

      expect(failure).to.be.instanceOf(BusyError).and.include({ isPaused: true });
      expect(failure).to.have.deep.property('taskIds', [task.id]);
    });

    it('finds tags and their digests', async () => {
      const all = await on('tags', () => katello.findTags(site.repository, ['latest', 'm1', 'none']));
      const one = await on('tag-searched', () => katello.findTags(site.repository, ['latest']));

      expect([...all.digests.keys()]).to.have.members(['latest', 'm1']);
      expect(one.digests.get('latest')).to.match(/^sha256:[\da-f]{64}$/u);
      expect([all.total, one.total]).to.deep.equal([3, 3]);
    });

    it('finds which lists are indexed', async () => {
      const digest = (name: string) => /sha256:[\da-f]{64}/u.exec(queryOf(recorded(name))['search'] ?? '')?.[0] ?? '';

      const known = await on('list-known', () => katello.findManifestLists([digest('list-known')]));
      const unknown = await on('list-unknown', () => katello.findManifestLists([digest('list-unknown')]));

      expect([...known]).to.deep.equal([digest('list-known')]);
      expect([...unknown]).to.deep.equal([]);
    });

    it('takes a bad search for one failure, whichever controller says so', async () => {
      const silent = await failing('bad-search-katello', () => katello.listProducts(1));
      const loud = await failing('bad-search-foreman', () =>
        katello.searchTasks({ resourceType: 'SmartProxy', resourceId: 1 }),
      );

      for (const failure of [silent, loud]) {
        expect(failure).to.be.instanceOf(HttpStatusError).with.nested.property('failure.status', 400);
        expect(failure)
          .to.have.nested.property('failure.detail')
          .that.matches(/^Field 'nosuch' not recognized/u);
      }
    });

    describe('refusals', () => {
      const upload = { tag: 'latest', digest: `sha256:${'ab'.repeat(32)}` };

      for (const name of ['locked', 'publishing', 'failed-in-task', 'lost-lock-race']) {
        it(`of import_uploads are E_HTTP_STATUS 400 (${name})`, async () => {
          const failure = await failing(name, () => katello.importTag(repositoryOf(recorded(name)), upload));

          const named = JSON.stringify(recorded(name).body).match(/[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}/u)?.[0];
          expect(failure).to.be.instanceOf(HttpStatusError).with.nested.property('failure.status', 400);
          expect(taskIdsIn(failure)).to.deep.equal(named === undefined ? [] : [named]);
        });
      }

      for (const [name, text] of [
        ['product-taken', 'Validation failed: Name has already been taken for a product'],
        ['container-name-taken', 'Validation failed: Container repository name for repository'],
      ] as const) {
        it(`of creates are E_HTTP_STATUS 422 with Katello's words (${name})`, async () => {
          const failure = await failing(name, () =>
            name === 'product-taken' ? katello.createProduct(1, 'probe') : katello.createRepository(1, 'r1'),
          );

          expect(failure).to.have.nested.property('failure.status', 422);
          expect(failure).to.have.nested.property('failure.detail').that.contains(text);
        });
      }

      it('of the account are E_AUTH', async () => {
        const stranger = await failing('bad-credentials', () => katello.listProducts(1));
        const nobody = await failing('no-permission', () => katello.listProducts(1));

        expect(stranger).to.be.instanceOf(AuthError).with.nested.property('failure.status', 401);
        expect(nobody).to.be.instanceOf(AuthError).with.nested.property('failure.status', 403);
        expect(nobody).to.have.nested.property('failure.detail').that.contains('view_products');
      });

      it('are null where something may be absent', async () => {
        expect(await on('no-repository', () => katello.findRepository(99_999))).to.equal(null);
        expect(await on('no-task', () => katello.findTask(idOf(recorded('no-task'))))).to.equal(null);
      });

      it('of an organization are E_HTTP_STATUS 404', async () => {
        const failure = await failing('no-organization', () => katello.listProducts(999));

        expect(failure).to.have.nested.property('failure.status', 404);
        expect(failure).to.have.nested.property('failure.detail', 'Organization with id 999 not found');
      });
    });
  });
}
