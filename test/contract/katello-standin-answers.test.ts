import { expect } from 'chai';
import { createImage } from '../support/image/image.ts';
import { startTrial, type Trial, WEB } from '../support/katello/trial.ts';

const PRODUCTS = '/katello/api/v2/products';
const REPOSITORIES = '/katello/api/v2/repositories';

for (const [version, textKey, join] of [
  ['4.14.3', 'displayMessage', '-'],
  ['4.19.2', 'displayMessage', '/'],
  ['5.0.1', 'message', '/'],
] as const) {
  describe(`Katello ${version}'s stand-in answers`, () => {
    let trial: Trial;

    before(async () => {
      trial = await startTrial(version);
    });
    after(() => trial.close());

    const create = (name: string, more: object = {}) =>
      trial.ask('kpr', `POST ${REPOSITORIES}`, {
        body: { product_id: WEB, name, content_type: 'docker', ...more },
      });
    const list = (query: string) => trial.ask('kpr', `GET ${PRODUCTS}?organization_id=1&${query}`);

    it(`with the text of an error in "${textKey}"`, async () => {
      const missing = await trial.ask('kpr', `GET ${REPOSITORIES}/999`);

      expect(missing.status).to.equal(404);
      expect(missing).to.have.nested.property(`body.${textKey}`).that.is.a('string');
      expect(missing).to.have.nested.property('body.errors').that.has.length(1);
      expect(missing.body).to.not.have.property(textKey === 'message' ? 'displayMessage' : 'message');
    });

    it('with 415 to what is no JSON, and with 500 to broken JSON even before the login', async () => {
      const form = await trial.ask('kpr', `POST ${PRODUCTS}`, {
        body: 'name=x',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
      });
      const broken = await trial.ask(null, `POST ${PRODUCTS}`, { body: '{"name": ' });
      const foremans = await trial.ask('admin', 'POST /foreman_tasks/api/tasks/bulk_resume', { body: '{"name": ' });

      expect([form.status, broken.status, foremans.status]).to.deep.equal([415, 500, 400]);
      expect(broken).to.have.nested.property(`body.${textKey}`);
      expect(foremans.body).to.have.keys('status', 'error');
    });

    it('with 200 and an error to a bad search, where Foreman answers 400', async () => {
      const katello = await list(`search=${encodeURIComponent('nonsense = (')}`);
      const foreman = await trial.ask(
        'kpr',
        `GET /foreman_tasks/api/tasks?search=${encodeURIComponent('nonsense = 1')}`,
      );

      expect(katello).to.deep.nested.include({ status: 200, 'body.subtotal': 0, 'body.page': null });
      expect(katello).to.have.nested.property('body.error').that.is.a('string');
      expect(foreman.status).to.equal(400);
      expect(foreman).to.have.nested.property('body.error.message');
    });

    it('to a search with quotes and backslashes as it was meant', async () => {
      const name = 'say "no" \\ and (go)';
      await trial.ask('kpr', `POST ${PRODUCTS}`, { body: { organization_id: 1, name } });
      const quoted = `"${name.replace(/["\\]/g, '\\$&')}"`;

      const found = await list(`search=${encodeURIComponent(`name = ${quoted}`)}`);

      expect(found).to.have.nested.property('body.subtotal', 1);
      expect(found).to.have.nested.property('body.results[0].name', name);
    });

    it('page by page, or everything at once', async () => {
      for (const name of ['a', 'b', 'c']) {
        await trial.ask('kpr', `POST ${PRODUCTS}`, { body: { organization_id: 1, name: `page ${name}` } });
      }

      const second = await list('per_page=2&page=2&search=name~page');
      const all = await list('per_page=2&full_result=true&search=name~page');

      expect(second).to.deep.nested.include({ 'body.subtotal': 3, 'body.per_page': 2, 'body.page': 2 });
      expect(second).to.have.nested.property('body.results').that.has.length(1);
      expect(all).to.have.nested.property('body.results').that.has.length(3);
    });

    it('to a create with labels and container names of its own making', async () => {
      const created = await create('My App.Two');

      expect(created).to.deep.nested.include({
        status: 201,
        'body.label': 'My_App_Two',
        'body.container_repository_name': ['acme', 'web', 'my_app_two'].join(join),
        'body.is_container_push': false,
      });
    });

    it('with 422 to what collides or cannot be', async () => {
      await create('taken');

      const bad: readonly [string, object][] = [
        ['taken', {}],
        ['other', { label: 'taken' }],
        ['Taken', { label: 'Taken' }],
        ['bad label', { label: 'no spaces' }],
        ['', {}],
        ['type', { content_type: 'nonsense' }],
      ];
      for (const [name, more] of bad) expect(await create(name, more), name).to.have.property('status', 422);
      const product = await trial.ask('kpr', `POST ${PRODUCTS}`, { body: { organization_id: 1, name: 'web' } });
      expect(product.status).to.equal(422);
    });

    it(`${join === '-' ? 'with a container name' : 'with 422'} to a label that ends in a dash`, async () => {
      const created = await create('dash-', { label: 'dash-' });

      expect(created.status).to.equal(join === '-' ? 201 : 422);
    });

    it('with 400 to imports that lack what they need', async () => {
      const id = await trial.createRepository('imports');
      const put = (body: object) => trial.ask('kpr', `PUT ${REPOSITORIES}/${id}/import_uploads`, { body });

      for (const body of [
        {},
        { uploads: [] },
        { uploads: [{ id: 'x', digest: 'sha256:0' }], content_type: 'docker_tag' },
        { uploads: [{ id: 'x', name: 'x' }], content_type: 'nonsense' },
      ]) {
        expect(await put(body), JSON.stringify(body)).to.have.property('status', 400);
      }
    });

    it('to status without a login, and with the versions of its plugins', async () => {
      const status = await trial.ask(null, 'GET /katello/api/v2/status');
      const plugins = await trial.ask('kpr', 'GET /api/v2/plugins');

      expect(status).to.deep.nested.include({ status: 200, 'body.version': version });
      expect(JSON.stringify(plugins.body)).to.include(`"name":"katello"`).and.include(`"version":"${version}"`);
    });
  });
}

describe("The control port of Katello's stand-in", () => {
  let trial: Trial;
  const image = createImage({ seed: 'control' });
  const other = createImage({ seed: 'other' });
  const products = () => trial.ask('kpr', `GET ${PRODUCTS}?organization_id=1`);

  before(async () => {
    trial = await startTrial('5.0.1');
  });
  afterEach(() => trial.control('POST /reset'));
  after(() => trial.close());

  it('puts another answer in place of the right one, so many times', async () => {
    await trial.control('POST /faults/answer', { path: PRODUCTS, status: 502, times: 2 });

    const answers = [await products(), await products(), await products()];

    expect(answers.map(({ status }) => status)).to.deep.equal([502, 502, 200]);
    expect(answers[0]?.headers.get('content-type')).to.equal('text/html');
  });

  it('loses the answer of what was carried out', async () => {
    await trial.control('POST /faults/answer', { method: 'POST', path: PRODUCTS, status: 0, after: true });
    const body = { organization_id: 1, name: 'unheard' };

    const lost = await trial.ask('kpr', `POST ${PRODUCTS}`, { body }).catch(() => null);

    expect(lost).to.equal(null);
    expect(await trial.ask('kpr', `POST ${PRODUCTS}`, { body })).to.have.property('status', 422);
  });

  it('makes organizations and users, and forgets them on reset', async () => {
    await trial.control('POST /organizations', { name: 'Initech Inc' });
    const roles = [{ name: 'pusher', permissions: ['view_products', 'sync_products'] }];
    await trial.control('POST /users', {
      login: 'bob',
      password: 'sandbox-bob',
      organizations: ['Initech_Inc'],
      roles,
    });
    const known = await trial.ask('bob', 'GET /api/v2/current_user');
    await trial.control('POST /reset');

    expect(known).to.have.nested.property('body.organizations[0].name', 'Initech Inc');
    expect(await trial.ask('bob', 'GET /api/v2/current_user')).to.have.property('status', 401);
  });

  it('moves a tag behind the back of whoever pushes', async () => {
    const id = await trial.createRepository('moved');
    await trial.pushInto(id, 'one', image);
    await trial.pushInto(id, 'two', other);
    await trial.ended(await trial.importTag(id, 'one', image));

    await trial.control('POST /tags', { repository: id, tag: 'one', digest: other.manifest.digest });

    expect(await trial.listTags(id)).to.deep.equal({ one: other.manifest.digest, two: other.manifest.digest });
  });

  it('changes settings', async () => {
    await trial.control('POST /settings', { name: 'failed_login_attempts_limit', value: 0 });
    const headers = { authorization: `Basic ${Buffer.from('dev:wrong').toString('base64')}` };
    for (let i = 0; i < 40; i++) await trial.ask(null, 'GET /api/v2/current_user', { headers });

    expect(await trial.ask('dev', 'GET /api/v2/current_user')).to.have.property('status', 200);
  });

  it('says what it does not know', async () => {
    const failure = await trial.control('POST /nonsense').catch((error: unknown) => String(error));
    const bad = await trial.control('POST /clock', { hours: 1 }).catch((error: unknown) => String(error));

    expect(failure).to.include('no such control');
    expect(bad).to.include('advanceMs');
  });
});
