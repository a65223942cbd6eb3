import { expect } from 'chai';
import { createImage } from '../support/image/image.ts';
import { startTrial, type Trial } from '../support/katello/trial.ts';

const image = createImage({ seed: 'accounts' });
const ME = 'GET /api/v2/current_user';

describe("Katello's stand-in knows who asks", () => {
  let trial: Trial;

  before(async () => {
    trial = await startTrial('5.0.1');
  });
  afterEach(() => trial.control('POST /reset'));
  after(() => trial.close());

  const basic = (login: string, password: string) => ({
    authorization: `Basic ${Buffer.from(`${login}:${password}`).toString('base64')}`,
  });
  const cookieOf = (headers: Headers) => /_session_id=[^;]+/.exec(headers.get('set-cookie') ?? '')?.[0] ?? '';
  const fail = (from: string) =>
    trial.ask(null, ME, { headers: { ...basic('dev', 'wrong'), 'x-forwarded-for': from } });

  it('by login and password, and says so when they are wrong', async () => {
    const right = await trial.ask('dev', ME);
    const wrong = await trial.ask(null, ME, { headers: basic('dev', 'wrong') });
    const none = await trial.ask(null, ME);

    expect(right).to.deep.nested.include({ status: 200, 'body.login': 'dev', 'body.admin': false });
    expect(wrong).to.deep.include({ status: 401, body: { error: { message: 'Unable to authenticate user dev' } } });
    expect(none).to.deep.include({ status: 401, body: { error: { message: 'Unable to authenticate user ' } } });
  });

  it('by a personal access token in place of the password, until it expires', async () => {
    const tokens = [
      { value: 'token-good', expires: '2999-01-01T00:00:00Z' },
      { value: 'token-old', expires: '2000-01-01T00:00:00Z' },
    ];
    await trial.control('POST /users', { login: 'ci', password: 'sandbox-ci', tokens });

    expect(await trial.ask(null, ME, { headers: basic('ci', 'token-good') })).to.have.property('status', 200);
    expect(await trial.ask(null, ME, { headers: basic('ci', 'token-old') })).to.have.property('status', 401);
    expect(await trial.ask(null, ME, { headers: { authorization: 'Bearer token-good' } })).to.have.property(
      'status',
      401,
    );
  });

  it('and refuses a disabled account', async () => {
    expect(await trial.ask('disabled', ME)).to.deep.include({
      status: 401,
      body: { error: { message: 'User account is disabled, please contact your administrator' } },
    });
  });

  it('by the session cookie, which beats the login beside it', async () => {
    const cookie = cookieOf((await trial.ask('viewer', ME)).headers);

    const other = await trial.ask('dev', ME, { headers: { cookie } });
    const alone = await trial.ask(null, ME, { headers: { cookie } });
    const wrong = await trial.ask(null, ME, { headers: { cookie, ...basic('dev', 'wrong') } });

    expect(other).to.have.nested.property('body.login', 'viewer');
    expect([alone.status, wrong.status]).to.deep.equal([200, 200]);
    expect(other.headers.get('set-cookie')).to.equal(null);
  });

  describe('and locks an address', () => {
    const LOCKED = { error: { message: 'Too many tries, please try again in a few minutes.' } };

    it('after thirty failures, for every user, but not for a session', async () => {
      const cookie = cookieOf((await trial.ask('dev', ME)).headers);
      for (let i = 0; i < 30; i++) await trial.ask(null, ME, { headers: basic('dev', 'wrong') });

      expect(await trial.ask('viewer', ME)).to.deep.include({ status: 401, body: LOCKED });
      expect(await trial.ask(null, ME, { headers: { cookie } })).to.have.property('status', 200);
      expect(await trial.ask(null, 'GET /api/v2/status')).to.have.property('status', 401);
      expect(await trial.ask(null, 'GET /katello/api/v2/status')).to.have.property('status', 200);
    });

    it('until five minutes after the last failure', async () => {
      for (let i = 0; i < 30; i++) await trial.ask(null, ME, { headers: basic('dev', 'wrong') });

      await trial.control('POST /clock', { advanceMs: 299_000 });
      const early = await trial.ask('dev', ME);
      await trial.control('POST /clock', { advanceMs: 2_000 });

      expect(early.status).to.equal(401);
      expect(await trial.ask('dev', ME)).to.have.property('status', 200);
    });

    it('that a proxy names in X-Forwarded-For, and no other', async () => {
      for (let i = 0; i < 30; i++) await fail('203.0.113.7');

      const locked = await trial.ask('dev', ME, { headers: { 'x-forwarded-for': '203.0.113.7' } });
      const forged = await trial.ask('dev', ME, { headers: { 'x-forwarded-for': '198.51.100.1, 203.0.113.7' } });
      const other = await trial.ask('dev', ME, { headers: { 'x-forwarded-for': '203.0.113.8' } });

      expect([locked.status, forged.status, other.status]).to.deep.equal([401, 401, 200]);
    });
  });
});

describe("Katello's stand-in shows and allows", () => {
  let trial: Trial;
  let repository: number;

  before(async () => {
    trial = await startTrial('5.0.1');
    repository = await trial.createRepository('app');
    await trial.pushInto(repository, 'one', image);
  });
  after(() => trial.close());

  const statusOf = async (login: string, call: string, body?: unknown) =>
    (await trial.ask(login, call, { body })).status;

  it('repositories to those who may view their product, and hides them from others as if absent', async () => {
    const path = `GET /katello/api/v2/repositories/${repository}`;
    expect(await statusOf('dev', path)).to.equal(200);
    expect(await statusOf('viewer', path)).to.equal(200);
    expect(await statusOf('other', path)).to.equal(404);
  });

  it('changes to those alone who have the right', async () => {
    const body = { content_type: 'docker_tag', async: true, uploads: [{ id: 'x', name: 'a', digest: 'sha256:0' }] };
    const upload = await trial.ask('dev', `PUT /katello/api/v2/repositories/${repository}/import_uploads`, { body });
    const product = await trial.ask('dev', 'POST /katello/api/v2/products', {
      body: { organization_id: 1, name: 'new' },
    });

    expect(upload).to.deep.nested.include({
      status: 403,
      'body.error.message': 'Access denied',
      'body.error.missing_permissions': ['edit_products'],
    });
    expect(product).to.deep.nested.include({ status: 403, 'body.error.missing_permissions': ['create_products'] });
  });

  it('organizations of others not at all', async () => {
    expect(await statusOf('other', 'GET /katello/api/v2/products?organization_id=1')).to.be.oneOf([403, 404]);
    expect(await statusOf('other', 'GET /katello/api/v2/products?organization_id=2')).to.equal(200);
  });

  it('each user the own tasks only, but all to those who may view tasks', async () => {
    const kprs = await trial.importTag(repository, 'one', image);
    const { id } = await trial.ended(kprs);

    const own = await trial.ask('viewer', 'GET /foreman_tasks/api/tasks');
    expect(own).to.have.nested.property('body.total', 0);
    expect(await statusOf('viewer', `GET /foreman_tasks/api/tasks/${id}`)).to.equal(404);
    expect(await statusOf('kpr', `GET /foreman_tasks/api/tasks/${id}`)).to.equal(200);
    const all = await trial.ask('kpr', 'GET /foreman_tasks/api/tasks');
    expect(all).to.have.nested.property('body.total').that.is.greaterThan(2);
  });
});
