import { expect } from 'chai';
import { AuthError, HttpStatusError } from '../../../lib/errors.ts';
import { createHttpClient } from '../../../lib/http/client.ts';
import { createKatelloProxies, type KatelloProxies } from '../../../lib/katello/proxies.ts';
import { type HttpServer, startHttpServer } from '../../support/http-server.ts';

const API = '/katello/api/v2';
const TASKS = '/foreman_tasks/api/tasks';
const SYNC = 'Actions::Katello::CapsuleContent::Sync';
const IMPORT = 'Actions::Katello::Repository::ImportUpload';
const at = (time: string) => Date.parse(`2026-11-24T${time}Z`);
const list = (results: unknown[]) => ({ json: { total: results.length, results } });

/** A sync as Katello 4.14 and 5.0 list it. */
const sync = (changes: object = {}) => ({
  id: 'fe4dfd33-69b1-47d0-8b26-df7e12b6d3fc',
  label: SYNC,
  state: 'stopped',
  result: 'success',
  started_at: '2026-11-24 19:35:47 UTC',
  ended_at: '2026-11-24 19:35:48 UTC',
  input: { options: { repository_id: 53 }, smart_proxy: { id: 2, name: 'proxy1.example.com' } },
  humanized: { errors: [] },
  ...changes,
});

describe('createKatelloProxies', () => {
  let server: HttpServer;
  let katello: KatelloProxies;

  beforeEach(async () => {
    server = await startHttpServer();
    katello = createKatelloProxies(
      createHttpClient({
        system: 'katello',
        baseUrl: server.url,
        credentials: () => ({ kind: 'basic', login: 'kpr', password: 'not a real password' }),
        userAgent: 'kpr/test',
        maxRetries: 0,
      }),
    );
  });
  afterEach(() => server.finish());

  const failing = (call: Promise<unknown>) =>
    call.then(
      () => expect.fail('the call did not fail'),
      (error: unknown) => error,
    );

  it('lists every proxy with what it carries', async () => {
    const proxy = { id: 2, name: 'proxy1.example.com', url: 'https://proxy1.example.com:9090' };
    server.expect(`GET ${API}/capsules`, list([{ ...proxy, lifecycle_environments: [{ id: 1 }, { id: 4 }] }]));

    expect(await katello.listProxies()).to.deep.equal([{ ...proxy, environmentIds: [1, 4] }]);
    expect(server.received[0]?.query).to.deep.equal({ per_page: 'all' });
  });

  for (const [value, isOn] of [
    [true, true],
    ['true', true],
    [false, false],
    ['false', false],
  ] as const) {
    it(`reads the setting when it is ${JSON.stringify(value)}`, async () => {
      server.expect('GET /api/v2/settings/foreman_proxy_content_auto_sync', { json: { value } });

      expect(await katello.readAutoSync()).to.equal(isOn);
    });
  }

  for (const key of ['kt_environment', 'environment']) {
    it(`finds a repository whose Library is its ${key}`, async () => {
      const shown = { id: 53, container_repository_name: 'acme/web/api', full_path: 'k.example.com/acme/web/api' };
      server.expect(`GET ${API}/repositories/53`, { json: { ...shown, [key]: { id: 1 } } });

      expect(await katello.findMirrored(53)).to.deep.equal({
        repositoryId: 53,
        environmentId: 1,
        containerName: 'acme/web/api',
        primaryHost: 'k.example.com',
      });
    });
  }

  describe('the history', () => {
    const history = async (...tasks: object[]) => {
      server.expect(`GET ${TASKS}`, list(tasks));
      return katello.readHistory();
    };

    it('has syncs of all proxies, as Katello orders them', async () => {
      const { syncs } = await history(sync(), sync({ input: { options: {}, smart_proxy: { id: 3 } } }));

      expect(syncs).to.deep.equal([
        {
          proxyId: 2,
          repositoryId: 53,
          isPartial: false,
          state: 'succeeded',
          startedAt: at('19:35:47'),
          endedAt: at('19:35:48'),
          error: null,
        },
        {
          proxyId: 3,
          repositoryId: null,
          isPartial: false,
          state: 'succeeded',
          startedAt: at('19:35:47'),
          endedAt: at('19:35:48'),
          error: null,
        },
      ]);
      expect(server.received[0]?.query).to.deep.equal({
        search: `label = "${SYNC}" or label = "${IMPORT}"`,
        order: 'started_at DESC',
        per_page: '100',
      });
    });

    it('takes a sync that ended with a warning for failed, with its words', async () => {
      const { syncs } = await history(
        sync({ result: 'warning', humanized: { errors: ['404, message=Not\u0007Found'] } }),
      );

      expect(syncs[0]).to.include({ state: 'failed' });
      expect(syncs[0]?.error).to.match(/^404, message=Not.Found$/);
    });

    it('takes a sync that could not be planned for failed', async () => {
      const { syncs } = await history(sync({ result: 'error', humanized: { errors: ['Connection refused'] } }));

      expect(syncs[0]).to.include({ state: 'failed', error: 'Connection refused' });
    });

    it('has syncs that run', async () => {
      const { syncs } = await history(sync({ state: 'planned', result: 'pending', ended_at: null }));

      expect(syncs[0]).to.include({ state: 'running', endedAt: null, error: null });
    });

    it('reads times of an account in another time zone', async () => {
      const { syncs } = await history(sync({ started_at: '2026-11-24 20:35:47 +0100' }));

      expect(syncs[0]).to.include({ startedAt: at('19:35:47') });
    });

    it('tells of a repository when its newest import ended', async () => {
      const upload = (ended_at: string | null, id: number) =>
        sync({ label: IMPORT, ended_at, input: { repository: { id } } });
      const { publishedAt } = await history(
        upload(null, 7),
        upload('2026-11-24 19:35:40 UTC', 7),
        upload('2026-11-24 19:30:00 UTC', 7),
        upload('2026-11-24 19:31:00 UTC', 8),
      );

      expect([...publishedAt]).to.deep.equal([
        [7, at('19:35:40')],
        [8, at('19:31:00')],
      ]);
    });
  });

  describe('starts a sync', () => {
    const order = { proxyId: 2, repositoryId: 53, isForced: false };

    it('of one repository, leaving out what is synced', async () => {
      server.expect(`POST ${API}/capsules/2/content/sync`, { status: 202, json: {} });

      await katello.startSync(order);

      expect(server.received[0]?.body).to.deep.equal({ repository_id: 53, skip_metadata_check: false });
    });

    it('of whatever Katello recorded, if it is forced', async () => {
      server.expect(`POST ${API}/capsules/2/content/sync`, { status: 202, json: {} });

      await katello.startSync({ ...order, isForced: true });

      expect(server.received[0]?.body).to.include({ skip_metadata_check: true });
    });

    it('unless the account may not', async () => {
      server.expect(`POST ${API}/capsules/2/content/sync`, {
        status: 403,
        json: { error: { message: 'Access denied' } },
      });

      expect(await failing(katello.startSync(order))).to.be.instanceOf(AuthError);
    });

    it('unless the proxy does not answer Katello', async () => {
      const message = 'There was an issue with the backend service pulp3';
      server.expect(`POST ${API}/capsules/2/content/sync`, {
        status: 500,
        json: { displayMessage: message, errors: [] },
      });

      const error = await failing(katello.startSync(order));

      expect(error).to.be.instanceOf(HttpStatusError).and.have.nested.property('failure.detail', message);
    });
  });
});
