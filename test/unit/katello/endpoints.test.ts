import { expect } from 'chai';
import { BusyError, HttpStatusError, TaskFailedError, TaskTimeoutError } from '../../../lib/errors.ts';
import type { Task } from '../../../lib/katello/schema.ts';
import { type HttpServer, startHttpServer } from '../../support/http-server.ts';
import { katelloAt } from '../../support/remote.ts';

const API = '/katello/api/v2';
const TASK = '94b4c639-3b71-4b2f-ab79-8deb1c206607';
const DIGEST = `sha256:${'ab'.repeat(32)}`;
const list = (results: unknown[], total = results.length) => ({ json: { total, error: null, results } });

const task = (state: Task['state'], result: Task['result'], errors: string[] = []) => ({
  json: { id: TASK, label: 'Actions::X', state, result, pending: state !== 'stopped', humanized: { errors } },
});

describe('createKatello', () => {
  let server: HttpServer;
  let pauses: number[];

  beforeEach(async () => {
    pauses = [];
    server = await startHttpServer();
  });
  afterEach(() => server.finish());

  const katello = (options: { maxRetries?: number; taskTimeoutMs?: number } = {}) =>
    katelloAt(server.url, { ...options, onPause: (ms) => pauses.push(ms) });
  const failing = (call: Promise<unknown>) =>
    call.then(
      () => expect.fail('the call did not fail'),
      (error: unknown) => error,
    );

  it('finds Foreman under the path of the base URL', async () => {
    server.expect(`GET /foreman${API}/status`, { json: { version: '5.0.1' } });
    server.expect('GET /foreman/api/v2/current_user', { json: { login: 'kpr', admin: false, effective_admin: true } });
    const there = katelloAt(`${server.url}/foreman`);

    expect(await there.readVersion()).to.equal('5.0.1');
    expect(await there.readCurrentUser()).to.deep.equal({ login: 'kpr', isAdmin: true });
  });

  it('takes admin from before there was effective_admin', async () => {
    server.expect('GET /api/v2/current_user', { json: { login: 'kpr', admin: true } });

    expect(await katello().readCurrentUser()).to.deep.equal({ login: 'kpr', isAdmin: true });
  });

  it('drops rows that an ignored filter let through', async () => {
    const product = { id: 1, name: 'Web', label: 'web' };
    const row = { url: null, version_href: null, container_repository_name: null, relative_path: null };
    const repository = { ...row, ...product, content_type: 'docker', library_instance_id: null, product: { id: 7 } };
    server.expect(
      `GET ${API}/products`,
      list([
        { ...product, organization_id: 1 },
        { ...product, organization_id: 2 },
      ]),
    );
    server.expect(
      `GET ${API}/repositories`,
      list([
        { ...repository, id: 1 },
        { ...repository, id: 2, product: { id: 8 } },
        { ...repository, id: 3, content_type: 'yum' },
        { ...repository, id: 4, library_instance_id: 1 },
      ]),
    );

    expect(await katello().listProducts(1)).to.have.lengthOf(1);
    expect((await katello().listRepositories(1, 7)).map(({ id }) => id)).to.deep.equal([1]);
  });

  describe('writes', () => {
    it('send flat bodies, and leave labels to Katello', async () => {
      server.expect(`POST ${API}/products`, { status: 422, json: { message: 'taken' } });
      server.expect(`POST ${API}/repositories`, { status: 422, json: { message: 'taken' } });

      await failing(katello().createProduct(1, 'Container Push'));
      await failing(katello().createRepository(7, 'team/api'));

      expect(server.received.map(({ body }) => body)).to.deep.equal([
        { organization_id: 1, name: 'Container Push' },
        { product_id: 7, name: 'team/api', content_type: 'docker' },
      ]);
    });

    it('publish asynchronously, with one tag', async () => {
      server.expect(`PUT ${API}/repositories/42/import_uploads`, { status: 202, ...task('planned', 'pending') });

      await katello().importTag(42, { tag: 'latest', digest: DIGEST });

      expect(server.received[0]?.body).to.deep.equal({
        content_type: 'docker_tag',
        async: true,
        publish_repository: true,
        sync_capsule: true,
        uploads: [{ id: 'kpr', name: 'latest', digest: DIGEST }],
      });
    });

    it('leave smart proxies alone if they shall', async () => {
      server.expect(`PUT ${API}/repositories/42/import_uploads`, { status: 202, ...task('planned', 'pending') });

      await katelloAt(server.url, { syncsProxies: false }).importTag(42, { tag: 'latest', digest: DIGEST });

      expect(server.received[0]?.body).to.include({ sync_capsule: false });
    });

    it('import units without serving them', async () => {
      server.expect(`PUT ${API}/repositories/42/import_uploads`, { status: 202, ...task('planned', 'pending') });

      await katello().importUnits(42, ['/pulp/a/', '/pulp/b/']);

      expect(server.received[0]?.body).to.deep.equal({
        content_type: 'docker_manifest',
        async: true,
        publish_repository: false,
        sync_capsule: false,
        uploads: ['/pulp/a/', '/pulp/b/'].map((href) => ({ id: 'kpr', name: 'kpr', content_unit_id: href })),
      });
    });

    it('are not repeated when the answer was lost: each may make a second one', async () => {
      for (const request of [
        `POST ${API}/products`,
        `POST ${API}/repositories`,
        `PUT ${API}/repositories/1/import_uploads`,
      ]) {
        server.expect(request, { status: 502, text: '<html></html>' });
      }
      const remote = katello({ maxRetries: 3 });

      await failing(remote.createProduct(1, 'x'));
      await failing(remote.createRepository(1, 'x'));
      await failing(remote.importTag(1, { tag: 'x', digest: DIGEST }));
    });
  });

  describe('absence', () => {
    it('is no page of the web server', async () => {
      server.expect(`GET ${API}/repositories/1`, { status: 404, text: '<h1>Not Found</h1>' });

      expect(await failing(katello().findRepository(1))).to.be.instanceOf(HttpStatusError);
    });

    it('is an organization that the account does not see', async () => {
      server.expect(`GET ${API}/repositories/1`, {
        status: 404,
        json: { message: 'Organization with id 3 not found' },
      });

      expect(await katello().findRepository(1)).to.equal(null);
    });

    it('cannot be asked for by an id that leads elsewhere', async () => {
      expect(await failing(katello().findTask('..'))).to.have.property('code', 'E_INVARIANT');
    });
  });

  describe('tags', () => {
    const tag = (name: string, repositoryId = 42) => ({
      name,
      manifest: { digest: `${DIGEST}-${name}` },
      repositories: [{ id: repositoryId }],
    });

    it('are asked for by name, quoted', async () => {
      server.expect(`GET ${API}/docker_tags`, list([tag('a'), tag('b"\\')], 1000));

      const { digests, total } = await katello().findTags(42, ['a', 'b"\\', 'gone']);

      expect(server.received[0]?.query).to.deep.equal({
        repository_id: '42',
        search: 'name ^ ("a", "b\\"\\\\", "gone")',
        full_result: 'true',
      });
      expect([...digests.keys()]).to.deep.equal(['a', 'b"\\']);
      expect(total).to.equal(1000);
    });

    it('of other repositories, or others than asked for, do not count', async () => {
      server.expect(`GET ${API}/docker_tags`, list([tag('a', 43), tag('b')]));

      expect([...(await katello().findTags(42, ['a'])).digests]).to.deep.equal([]);
    });

    it('are counted even if none is asked for', async () => {
      server.expect(`GET ${API}/docker_tags`, list([tag('a')], 7));

      expect(await katello().findTags(42, [])).to.deep.equal({ digests: new Map(), total: 7 });
      expect(server.received[0]?.query).to.deep.equal({ repository_id: '42', per_page: '1' });
    });

    it('are asked for in several short requests when they are many', async () => {
      const names = Array.from({ length: 100 }, (_, n) => `${n}`.padStart(120, 'x'));
      for (let start = 0; start < 100; start += 23) {
        server.expect(
          `GET ${API}/docker_tags`,
          list(
            names.slice(start, start + 23).map((name) => tag(name)),
            100,
          ),
        );
      }

      const { digests, total } = await katello().findTags(42, names);

      expect([...digests.keys()]).to.deep.equal(names);
      expect(total).to.equal(100);
      expect(Math.max(...server.received.map(({ lineLength }) => lineLength))).to.be.below(4000);
    });
  });

  describe('manifest lists', () => {
    it('are asked for by digest, in short requests', async () => {
      const digests = Array.from({ length: 60 }, (_, n) => `sha256:${`${n}`.padStart(64, '0')}`);
      for (const found of [[digests[0], 'sha256:other'], [digests[59]]]) {
        server.expect(`GET ${API}/docker_manifest_lists`, list(found.map((digest) => ({ digest }))));
      }

      const known = await katello().findManifestLists(digests);

      expect([...known]).to.deep.equal([digests[0], digests[59]]);
      expect(server.received[0]?.query['search']).to.match(/^digest = "sha256:0{64}" or digest = "sha256:0{63}1" or /u);
      expect(Math.max(...server.received.map(({ lineLength }) => lineLength))).to.be.below(4000);
    });

    it('are not asked for when there are none', async () => {
      expect([...(await katello().findManifestLists([]))]).to.deep.equal([]);
    });
  });

  describe('tasks', () => {
    const path = `GET /foreman_tasks/api/tasks/${TASK}`;

    it('are polled most often when most of them stop', async () => {
      for (const state of ['planned', 'pending', ...Array.from({ length: 8 }, () => 'running' as const)] as const) {
        server.expect(path, task(state, 'pending'));
      }
      server.expect(path, task('stopped', 'success'));

      await katello().waitForTask(TASK);

      expect(pauses).to.deep.equal([500, 1000, 500, 500, 500, 500, 500, 1000, 1000, 2000, 5000]);
    });

    for (const result of ['warning', 'error', 'cancelled'] as const) {
      it(`that stop with ${result} have failed`, async () => {
        server.expect(path, task('stopped', result, ['first\nline', 'second']));

        const failure = await failing(katello().waitForTask(TASK));

        expect(failure).to.be.instanceOf(TaskFailedError);
        expect(failure).to.include({ task: TASK, detail: `${result}: first line: second` });
      });
    }

    it('that pause hold their repository until a person comes', async () => {
      server.expect(path, task('paused', 'error', ['Candlepin is away']));

      const failure = await failing(katello().waitForTask(TASK));

      expect(failure).to.be.instanceOf(BusyError).and.include({ disposition: 'wait', isPaused: true });
      expect(failure).to.have.deep.property('taskIds', [TASK]);
    });

    it('that take too long are named', async () => {
      for (let reads = 0; reads < 2; reads++) server.expect(path, task('planned', 'pending'));

      const failure = await failing(katello({ taskTimeoutMs: 1000 }).waitForTask(TASK));

      expect(failure).to.be.instanceOf(TaskTimeoutError).and.include({ task: TASK });
    });
  });
});
