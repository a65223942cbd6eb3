import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { z } from 'zod';
import { Distribution, Repository, Task } from '../../lib/pulp/schema.ts';
import { createImage } from '../support/image/image.ts';
import { push } from '../support/image/push.ts';
import type { Reply } from '../support/pulp/client.ts';
import { describePulps } from '../support/pulp/targets.ts';

const NOBODY = '00000000-0000-0000-0000-000000000000';
const CONTAINER = 'repositories/container/container/';
const Named = z.object({ name: z.string() });

const keysOf = ({ body }: Reply) => Object.keys(z.record(z.string(), z.unknown()).parse(body)).toSorted();

describePulps('Pulp REST objects', (pulp, world) => {
  before(async function () {
    this.timeout(60_000);
    await pulp().createRepository(`${pulp().prefix}/two`);
    await pulp().createRepository(pulp().at('one'));
    await push(pulp(), `${pulp().prefix}/pushed`, '1', createImage({ seed: 'rest' }));
  });

  describe('repositories', () => {
    it('of both types are in one list, each with its type in the href', async () => {
      const types = 'container.container-push,container.container';
      const query = `pulp_type__in=${types}&ordering=-pulp_last_updated&name__startswith=${pulp().prefix}/`;

      const rows = await pulp().list(`repositories/?${query}`, Repository);

      const pushed = rows.find(({ name }) => name === `${pulp().prefix}/pushed`);
      expect(rows).to.have.lengthOf(3);
      expect(pushed?.pulp_href).to.contain(world === 'a' ? '/container/container-push/' : '/container/container/');
    });

    it('are found by href in any type, and those that are gone are left out', async () => {
      const [row] = await pulp().list(`repositories/?name=${pulp().prefix}/pushed`, Repository);
      const otherType = world === 'a' ? 'container' : 'container-push';
      const other = row?.pulp_href.replace(/container\/container(-push)?/, `container/${otherType}`);

      const found = await pulp().list(
        `repositories/?pulp_href__in=${other},/pulp/api/v3/${CONTAINER}${NOBODY}/`,
        Repository,
      );

      expect(found.map(({ pulp_href }) => pulp_href)).to.deep.equal([row?.pulp_href]);
    });

    it('are made at once, with version 0', async () => {
      const name = `${pulp().prefix}/fresh`;

      const { status, body } = await pulp().post(CONTAINER, { name });

      const repository = Repository.parse(body);
      const version = await pulp().get(`${repository.latest_version_href}?fields=prn,number`);
      expect(status).to.equal(201);
      expect(repository.latest_version_href).to.equal(`${repository.pulp_href}versions/0/`);
      expect(version.body).to.deep.include({ number: 0 });
      expect(version.body)
        .to.have.property('prn')
        .that.matches(/^prn:core\.repositoryversion:/);
    });

    it('have unique names, a name, and no other fields', async () => {
      const bodies = [{ name: pulp().at('one') }, {}, { name: `${pulp().prefix}/x`, nonsense: 1 }];

      const replies = await Promise.all(bodies.map((body) => pulp().post(CONTAINER, body)));

      expect(replies.map(({ status }) => status)).to.deep.equal([400, 400, 400]);
      expect(replies.map(({ body }) => body)).to.deep.equal([
        { name: ['This field must be unique.'] },
        { name: ['This field is required.'] },
        { nonsense: ['Unexpected field'] },
      ]);
    });

    it('of the push type are not made through REST', async () => {
      const made = await pulp().post('repositories/container/container-push/', { name: `${pulp().prefix}/y` });

      expect(made.status).to.equal(405);
    });

    it('of a push have nothing to migrate from: there is no such route up to 2.28, and no push type after it', async () => {
      const repository = await pulp().findRepository(pulp().at('pushed'));

      const { status } = await pulp().post(`${repository?.pulp_href}migrate/`, {});

      expect(status).to.equal(404);
    });

    it('change in a task, or not at all where nothing differs', async () => {
      const { pulp_href } = await pulp().createRepository(`${pulp().prefix}/described`);

      const [changed, same] = [
        await pulp().send('PATCH', pulp_href, { body: { description: 'x' } }),
        await pulp().send('PATCH', pulp_href, { body: { description: 'x' } }),
      ];

      expect([changed.status, same.status]).to.deep.equal([202, 200]);
    });

    it('are gone some time after they are deleted', async () => {
      const { pulp_href } = await pulp().createRepository(`${pulp().prefix}/doomed`);

      const task = await pulp().finish(await pulp().send('DELETE', pulp_href));

      const after = await pulp().get(pulp_href);
      expect(task.state).to.equal('completed');
      expect(after).to.deep.include({
        status: 404,
        body: { detail: 'No ContainerRepository matches the given query.' },
      });
    });
  });

  describe('distributions', () => {
    it('are made in a task that names them, and make the namespace', async () => {
      const name = `${pulp().prefix}/made`;

      const task = await pulp().finish(
        await pulp().post('distributions/container/container/', { name, base_path: name }),
      );

      const distribution = await pulp().findDistribution(name);
      const namespaces = await pulp().list(`pulp_container/namespaces/?name=kpr.test`, Named);
      expect(task.created_resources).to.deep.equal([distribution?.pulp_href]);
      expect(namespaces).to.deep.equal([{ name: 'kpr.test' }]);
    });

    it('serve a repository or a version, never both', async () => {
      const name = `${pulp().prefix}/pinned`;
      const { pulp_href, latest_version_href } = await pulp().createRepository(name);
      const body = { name, base_path: name, repository_version: latest_version_href };
      await pulp().finish(await pulp().post('distributions/container/container/', body));
      const distribution = await pulp().findDistribution(name);

      const { status, body: answer } = await pulp().send('PATCH', distribution?.pulp_href ?? '', {
        body: { repository: pulp_href },
      });

      expect(distribution).to.deep.include({ repository: null, repository_version: latest_version_href });
      expect({ status, answer }).to.deep.equal({
        status: 400,
        answer: {
          non_field_errors: [
            "Only one of the attributes 'repository' and 'repository_version' may be used simultaneously.",
          ],
        },
      });
    });

    it('answer a change with a task even where nothing differs', async () => {
      const name = `${pulp().prefix}/same`;
      await pulp().finish(await pulp().post('distributions/container/container/', { name, base_path: name }));
      const distribution = await pulp().findDistribution(name);

      const { status } = await pulp().send('PATCH', distribution?.pulp_href ?? '', { body: { base_path: name } });

      expect(status).to.equal(202);
    });

    it('have unique names and paths, of few characters', async () => {
      const path = `${pulp().prefix}/pushed`;
      const bodies = [{ name: path, base_path: path }, {}, { name: `${path}-x`, base_path: `${path}/UPPER` }];

      const replies = await Promise.all(bodies.map((body) => pulp().post('distributions/container/container/', body)));

      expect(replies.map(({ status }) => status)).to.deep.equal([400, 400, 400]);
      expect(replies.map(keysOf)).to.deep.equal([['base_path', 'name'], ['base_path', 'name'], ['base_path']]);
    });

    it('take labels one by one, at once, and find them again', async () => {
      const distribution = await pulp().findDistribution(`${pulp().prefix}/pushed`);
      const href = distribution?.pulp_href ?? '';
      const label = (key: string) => pulp().post(`${href}set_label/`, { key, value: `${pulp().prefix}: a=b ${key}` });

      const [first] = await Promise.all([label('kpr_a'), label('kpr_b'), label('kpr_c')]);
      const removed = await pulp().post(`${href}unset_label/`, { key: 'kpr_b' });

      const query = `pulp_label_select=kpr_a&name__startswith=${pulp().prefix}`;
      const [found] = await pulp().list(`distributions/container/container/?${query}`, Distribution);
      expect([first.status, removed.status]).to.deep.equal([201, 201]);
      expect(found?.pulp_labels).to.deep.equal({
        kpr_a: `${pulp().prefix}: a=b kpr_a`,
        kpr_c: `${pulp().prefix}: a=b kpr_c`,
      });
    });

    it('refuse to remove a label that is not there', async () => {
      const distribution = await pulp().findDistribution(`${pulp().prefix}/pushed`);

      const { status } = await pulp().post(`${distribution?.pulp_href}unset_label/`, { key: 'kpr_none' });

      expect(status).to.equal(400);
    });

    it('are found by repository, and a repository that is gone has none', async () => {
      const repository = await pulp().findRepository(`${pulp().prefix}/pushed`);
      const of = (href: string | undefined) => `distributions/container/container/?repository=${href}`;

      const found = await pulp().list(of(repository?.pulp_href), Distribution);
      const none = await pulp().list(of(`/pulp/api/v3/${CONTAINER}${NOBODY}/`), Distribution);

      expect(found.map(({ name }) => name)).to.deep.equal([`${pulp().prefix}/pushed`]);
      expect(none).to.deep.equal([]);
    });
  });

  describe('tasks', () => {
    it('keep the Correlation-ID of their call as it was sent, and are found by it', async () => {
      const correlationId = randomUUID();
      const { pulp_href } = await pulp().createRepository(`${pulp().prefix}/correlated`);

      const accepted = await pulp().post(`${pulp_href}add/`, {}, { 'correlation-id': correlationId });

      const task = await pulp().finish(accepted);
      const found = await pulp().list(`tasks/?logging_cid=${correlationId}`, Task);
      expect(accepted.headers.get('correlation-id')).to.equal(correlationId);
      expect(found.map((row) => row.pulp_href)).to.deep.equal([task.pulp_href]);
      expect(found[0]?.logging_cid).to.equal(correlationId);
    });

    it('get another Correlation-ID where the given one is no UUID', async () => {
      const { pulp_href } = await pulp().createRepository(`${pulp().prefix}/uncorrelated`);

      const accepted = await pulp().post(`${pulp_href}add/`, {}, { 'correlation-id': 'junk' });

      expect(accepted.headers.get('correlation-id')).to.match(/^[0-9a-f]{32}$/);
    });

    it('are read by many uuids at once; those that are gone are left out', async () => {
      const { pulp_href } = await pulp().createRepository(`${pulp().prefix}/read`);
      const task = await pulp().finish(await pulp().post(`${pulp_href}add/`, {}));
      const uuid = task.pulp_href.split('/').at(-2);

      const found = await pulp().list(`tasks/?pulp_id__in=${NOBODY},${uuid}`, Task);

      expect(found.map((row) => row.pulp_href)).to.deep.equal([task.pulp_href]);
    });

    it('that are final may be deleted, not canceled', async () => {
      const { pulp_href } = await pulp().createRepository(`${pulp().prefix}/final`);
      const task = await pulp().finish(await pulp().post(`${pulp_href}add/`, {}));

      const canceled = await pulp().send('PATCH', task.pulp_href, { body: { state: 'canceled' } });
      const deleted = await pulp().send('DELETE', task.pulp_href);

      const after = await pulp().get(task.pulp_href);
      expect([canceled.status, deleted.status, after.status]).to.deep.equal([409, 204, 404]);
    });

    it('with equal pulp_created bounds are in the list: gte includes its bound', async () => {
      const { pulp_href } = await pulp().createRepository(`${pulp().prefix}/bound`);
      const task = await pulp().finish(await pulp().post(`${pulp_href}add/`, {}));
      const uuid = task.pulp_href.split('/').at(-2);

      const at = (bound: string) => pulp().list(`tasks/?pulp_id__in=${uuid}&pulp_created__${bound}`, Task);

      const [gte, gt] = [await at(`gte=${task.pulp_created}`), await at(`gt=${task.pulp_created}`)];
      expect([gte.length, gt.length]).to.deep.equal([1, 0]);
    });
  });
});
