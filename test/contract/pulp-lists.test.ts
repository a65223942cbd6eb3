import { expect } from 'chai';
import { z } from 'zod';
import { Status } from '../../lib/pulp/schema.ts';
import { createImage } from '../support/image/image.ts';
import { push } from '../support/image/push.ts';
import type { Reply } from '../support/pulp/client.ts';
import { describePulps } from '../support/pulp/targets.ts';

const NOBODY = '00000000-0000-0000-0000-000000000000';
const CONTAINER = 'repositories/container/container/';
const Named = z.object({ name: z.string() });

const keysOf = ({ body }: Reply) => Object.keys(z.record(z.string(), z.unknown()).parse(body)).toSorted();

describePulps('Pulp REST lists and answers', (pulp, world) => {
  before(async function () {
    this.timeout(60_000);
    await pulp().createRepository(`${pulp().prefix}/two`);
    await pulp().createRepository(pulp().at('one'));
    await push(pulp(), `${pulp().prefix}/pushed`, '1', createImage({ seed: 'rest' }));
  });

  it('tells its versions to everybody', async () => {
    const { status, body } = await pulp().get('status/', { isKnown: false });

    const container = Status.parse(body).versions.find(({ component }) => component === 'container');
    expect(status).to.equal(200);
    expect(container?.version).to.match(world === 'a' ? /^2\.27\./ : /^2\.30\./);
  });

  describe('lists', () => {
    it('come in an envelope', async () => {
      const { body } = await pulp().get(`repositories/?name=${pulp().prefix}/one`);

      expect(body).to.include.keys('count', 'next', 'previous', 'results');
      expect(body).to.deep.include({ count: 1, next: null, previous: null });
    });

    it('page by limit and offset, in the order asked for', async () => {
      const asked = `repositories/?name__startswith=${pulp().prefix}/&ordering=name&fields=name`;

      const [first, second] = [await pulp().get(`${asked}&limit=1`), await pulp().get(`${asked}&limit=1&offset=1`)];

      expect(first.body).to.deep.include({ count: 3, results: [{ name: pulp().at('one') }] });
      expect(first.body).to.have.property('next').that.contains('offset=1');
      expect(second.body).to.deep.include({ results: [{ name: `${pulp().prefix}/pushed` }] });
    });

    it('are empty beyond the end, and take limit 0 for their own page size', async () => {
      const asked = `repositories/?name__startswith=${pulp().prefix}/&fields=name`;

      const [beyond, zero] = [await pulp().get(`${asked}&offset=50`), await pulp().get(`${asked}&limit=0`)];

      expect(beyond.body).to.deep.include({ count: 3, results: [] });
      expect(zero.body).to.have.property('results').with.lengthOf(3);
    });

    it('order downwards with a minus', async () => {
      const asked = `repositories/?name__startswith=${pulp().prefix}/&ordering=-name&fields=name`;

      const names = (await pulp().list(asked, Named)).map(({ name }) => name);

      expect(names).to.deep.equal(names.toSorted().toReversed());
    });

    it('thin objects to the fields asked for, and pass over unknown fields', async () => {
      const { body } = await pulp().get(`repositories/?name=${pulp().prefix}/one&fields=name,nonsense`);

      expect(body).to.deep.include({ results: [{ name: pulp().at('one') }] });
    });

    it('refuse a parameter they do not know', async () => {
      const { status, body } = await pulp().get('tasks/?nonsense=1');

      expect({ status, body }).to.deep.equal({ status: 400, body: { errors: ["Invalid Filter: 'nonsense'"] } });
    });

    it('have no name__startswith for tasks', async () => {
      const { status } = await pulp().get('tasks/?name__startswith=x');

      expect(status).to.equal(400);
    });

    it('refuse an unknown ordering, a bad time and a bad uuid, each under its field', async () => {
      const bad = ['ordering=nonsense', 'pulp_created__gte=yesterday', 'pulp_id__in=junk'];

      const replies = await Promise.all(bad.map((query) => pulp().get(`tasks/?${query}`)));

      expect(replies.map(({ status }) => status)).to.deep.equal([400, 400, 400]);
      expect(replies.map(keysOf)).to.deep.equal([['ordering'], ['pulp_created__gte'], ['pulp_id__in']]);
    });

    it('end at a request line of 4094 bytes', async () => {
      const { status, body } = await pulp().get(`tasks/?name=${'x'.repeat(4100)}`);

      expect(status).to.equal(400);
      expect(body).to.be.a('string').that.contains('<html');
    });
  });

  describe('failing answers', () => {
    it('ask for a login with 401, and say so for a wrong one', async () => {
      const [none, wrong] = [
        await pulp().get('tasks/', { isKnown: false }),
        await pulp().get('tasks/', { isKnown: false, headers: { authorization: `Basic ${btoa('nobody:wrong')}` } }),
      ];

      expect(none).to.deep.include({ status: 401, body: { detail: 'Authentication credentials were not provided.' } });
      expect(wrong).to.deep.include({ status: 401, body: { detail: 'Invalid username/password.' } });
    });

    it('name the kind of object that is not there', async () => {
      const paths = [
        `tasks/${NOBODY}/`,
        `${CONTAINER}${NOBODY}/`,
        `repositories/container/container-push/${NOBODY}/`,
        `distributions/container/container/${NOBODY}/`,
        `content/container/tags/${NOBODY}/`,
      ];

      const replies = await Promise.all(paths.map((path) => pulp().get(path)));

      const kinds = ['Task', 'ContainerRepository', 'ContainerPushRepository', 'ContainerDistribution', 'Tag'];
      expect(replies.map(({ status, body }) => ({ status, body }))).to.deep.equal(
        kinds.map((kind) => ({ status: 404, body: { detail: `No ${kind} matches the given query.` } })),
      );
    });

    it('are a page of HTML where there is no such route', async () => {
      const { status, headers } = await pulp().get('nonsense/');

      expect(status).to.equal(404);
      expect(headers.get('content-type')).to.contain('text/html');
    });

    it('say 405 for a method that a route does not have', async () => {
      const { status, body } = await pulp().send('PUT', 'tasks/');

      expect({ status, body }).to.deep.equal({ status: 405, body: { detail: 'Method "PUT" not allowed.' } });
    });

    it('say 400 for a body that is no JSON', async () => {
      const headers = { 'content-type': 'application/json' };

      const { status, body } = await pulp().send('POST', CONTAINER, { body: Buffer.from('{'), headers });

      expect(status).to.equal(400);
      expect(body).to.have.property('detail').that.contains('JSON parse error');
    });
  });
});
