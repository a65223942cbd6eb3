import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { expect } from 'chai';
import { BusyError, HttpStatusError, TaskFailedError } from '../../lib/errors.ts';
import { createHttpClient } from '../../lib/http/client.ts';
import { delay } from '../../lib/http/wait.ts';
import { createKatello } from '../../lib/katello/endpoints.ts';
import type { Katello } from '../../lib/katello/katello.ts';
import type { Product, Repository } from '../../lib/katello/schema.ts';
import { taskIdsIn } from '../../lib/katello/task-ids.ts';
import { createPulp } from '../../lib/pulp/endpoints.ts';
import { readVersionRef } from '../../lib/pulp/href.ts';
import type { Pulp } from '../../lib/pulp/pulp.ts';
import { createImage, createTwoArchitectures } from '../support/image/image.ts';
import { push } from '../support/image/push.ts';
import { type StandIn, startKatelloStandIn } from '../support/katello/stand-in.ts';
import { Seed } from '../support/katello/state/seed.ts';
import { type FakePulp, startFakePulp } from '../support/pulp/fake-pulp.ts';

const SEED = new URL('../support/katello/seeds/sandbox.json', import.meta.url);
const WEB = 1;
/** The stand-in and the Pulp in memory end their tasks within milliseconds. */
const BRISK = { delay: (_: number, signal?: AbortSignal) => delay(10, signal) };

for (const version of ['4.14.3', '4.19.2', '5.0.1']) {
  describe(`createKatello, with a stand-in for Katello ${version}`, () => {
    const image = createImage({ seed: 'stand-in' });
    const two = createTwoArchitectures({ seed: 'stand-in, twice' });
    let server: FakePulp;
    let standIn: StandIn;
    let pulp: Pulp;
    let katello: Katello;
    let repository: Repository;

    before(async () => {
      server = await startFakePulp({ world: 'a' });
      const seed = Seed.parse(JSON.parse(await readFile(SEED, 'utf8')));
      standIn = await startKatelloStandIn({ pulp: server, version, seed });
      pulp = createPulp(clientOf('pulp', server.url, server.login, server.password), BRISK);
      katello = as('kpr');
      await push(server, 'kpr.push/acme/web/app', 'one', image);
      await push(server, 'kpr.push/acme/web/app', 'two', two);
      repository = await katello.createRepository(WEB, 'app');
      await waitForAllTasks();
    });
    after(async () => {
      await standIn.close();
      await server.close();
    });

    const as = (login: string) => createKatello(clientOf('katello', standIn.url, login, `sandbox-${login}`), BRISK);

    async function waitForAllTasks(): Promise<void> {
      const tasks = await katello.searchTasks({ resourceType: 'Katello::Repository', resourceId: repository.id });
      for (const { id } of tasks) await katello.waitForTask(id);
    }

    /** Copies these tags of the push repository into Katello's, and answers Katello's repository as it is then. */
    async function copy(...names: string[]): Promise<void> {
      const distribution = await pulp.findDistribution('kpr.push/acme/web/app');
      const [pushed] = await pulp.readRepositories([distribution?.repository ?? '']);
      const tags = await pulp.listTagNames(pushed?.latest_version_href ?? '');
      const units = tags.filter(({ name }) => names.includes(name)).map(({ pulp_href }) => pulp_href);
      const { repositoryHref } = readVersionRef(repository.version_href ?? '');
      await pulp.waitForTask(await pulp.addContent(repositoryHref, units, { correlationId: randomUUID() }));
    }

    it('knows its version and who it is', async () => {
      expect(await katello.readVersion()).to.equal(version);
      expect(await katello.readCurrentUser()).to.deep.equal({ login: 'kpr', isAdmin: false });
      expect(await as('admin').readCurrentUser()).to.deep.equal({ login: 'admin', isAdmin: true });
    });

    it('finds organization, product and repository', async () => {
      const organizations = await katello.listOrganizations();
      const products = await katello.listProducts(1);
      const rows = await katello.listRepositories(1, WEB);

      expect(organizations.map(({ label }) => label)).to.have.members(['acme', 'globex']);
      expect(products.map(({ label }: Product) => label)).to.deep.equal(['web']);
      expect(rows.map(({ id, name }) => [id, name])).to.deep.equal([[repository.id, 'app']]);
      expect(await katello.findRepository(repository.id)).to.include({ name: 'app', is_container_push: false });
    });

    it('makes a product once', async () => {
      const product = await katello.createProduct(2, 'Container Push');
      const failure = await failing(katello.createProduct(2, 'Container Push'));

      expect(product.label).to.equal('Container_Push');
      expect(failure).to.be.instanceOf(HttpStatusError).with.nested.property('failure.status', 422);
    });

    it('publishes what was copied', async () => {
      await copy('one');

      const task = await katello.importTag(repository.id, { tag: 'one', digest: image.manifest.digest });
      await katello.waitForTask(task.id);

      const { digests, total } = await katello.findTags(repository.id, ['one', 'two', 'say "no"\\']);
      expect([...digests]).to.deep.equal([['one', image.manifest.digest]]);
      expect(total).to.equal(1);
      expect([...(await katello.listTags(repository.id))]).to.deep.equal([...digests]);
      const after = await katello.findRepository(repository.id);
      expect(readVersionRef(after?.version_href ?? '').number).to.equal(1);
    });

    it('makes a list known before its tag comes', async () => {
      const { digest } = two.manifest;
      const index = (await pulp.listManifests(await pushedVersion())).find((manifest) => manifest.digest === digest);
      expect([...(await katello.findManifestLists([digest]))]).to.deep.equal([]);

      const lists = await katello.importUnits(repository.id, [index?.pulp_href ?? '']);
      await katello.waitForTask(lists.id);
      await copy('two');
      const task = await katello.importTag(repository.id, { tag: 'two', digest });
      await katello.waitForTask(task.id);

      expect([...(await katello.findManifestLists([digest, image.manifest.digest]))]).to.deep.equal([digest]);
      expect((await katello.findTags(repository.id, ['two'])).digests.get('two')).to.equal(digest);
    });

    it('says what failed', async () => {
      const task = await katello.importTag(repository.id, { tag: 'one', digest: `sha256:${'00'.repeat(32)}` });

      expect(await failing(katello.waitForTask(task.id))).to.be.instanceOf(TaskFailedError);
    });

    it('names the task that holds the repository', async () => {
      await control('POST', '/tasks/hold', { label: 'ImportUpload' });
      const upload = { tag: 'one', digest: image.manifest.digest };
      const holder = await katello.importTag(repository.id, upload);

      const refusal = await failing(katello.importTag(repository.id, upload));
      await control('POST', '/tasks/release', {});
      await katello.waitForTask(holder.id);

      expect(refusal).to.be.instanceOf(HttpStatusError).with.nested.property('failure.status', 400);
      expect(taskIdsIn(refusal)).to.deep.equal([holder.id]);
    });

    it('does not wait for a paused task', async () => {
      await control('POST', '/faults/candlepin', { state: 'failing' });
      const refusal = await failing(katello.createProduct(1, 'Paused'));
      await control('POST', '/faults/candlepin', { state: 'ok' });
      const [id = ''] = taskIdsIn(refusal);

      expect(await failing(katello.waitForTask(id)))
        .to.be.instanceOf(BusyError)
        .and.include({ isPaused: true });
    });

    it('hides what the account may not see', async () => {
      expect(await as('other').findRepository(repository.id)).to.equal(null);
      expect(await katello.findRepository(99_999)).to.equal(null);
      expect(await katello.findTask(randomUUID())).to.equal(null);
    });

    async function pushedVersion(): Promise<string> {
      const distribution = await pulp.findDistribution('kpr.push/acme/web/app');
      const [pushed] = await pulp.readRepositories([distribution?.repository ?? '']);
      return pushed?.latest_version_href ?? '';
    }

    async function control(method: string, path: string, body: object): Promise<void> {
      const answer = await fetch(new URL(path, standIn.controlUrl), { method, body: JSON.stringify(body) });
      expect(answer.status).to.be.within(200, 299);
    }
  });
}

function clientOf(system: 'pulp' | 'katello', baseUrl: string, login: string, password: string) {
  return createHttpClient({
    system,
    baseUrl,
    credentials: () => ({ kind: 'basic', login, password }),
    userAgent: 'kpr/test',
    maxRetries: 0,
  });
}

async function failing(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    () => expect.fail('the call did not fail'),
    (error: unknown) => error,
  );
}
