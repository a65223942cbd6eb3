import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { type IncomingHttpHeaders, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Queue } from 'bullmq';
import { expect } from 'chai';
import { type Caller, LOCAL_OPERATOR } from '../../../lib/domain/caller.ts';
import { refuse } from '../../../lib/domain/reason.ts';
import { openReceipt } from '../../../lib/domain/receipt.ts';
import { ConfigError, TransportError } from '../../../lib/errors.ts';
import { type ApiDeps, addApiRoutes } from '../../../lib/web/api.ts';
import { addHealthRoutes } from '../../../lib/web/health.ts';
import { addQueuesPage } from '../../../lib/web/queues-page.ts';
import { type Address, openServer, type ServerOptions, type WebServer } from '../../../lib/web/server.ts';
import { openTestRedis } from '../../support/state.ts';

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

function ask(
  address: Address,
  method: string,
  path: string,
  body?: unknown,
  more: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const to = 'path' in address ? { socketPath: address.path } : address;
  const text = body === undefined ? undefined : JSON.stringify(body);
  const headers = { ...more, ...(text !== undefined && { 'content-type': 'application/json' }) };
  return new Promise((resolve, reject) => {
    const sent = request({ ...to, method, path, headers }, (answer) => {
      const whole = answer.toArray().then((chunks) => {
        return { status: answer.statusCode ?? 0, headers: answer.headers, text: chunks.join('') };
      });
      resolve(whole);
    });
    sent.on('error', reject).end(text);
  });
}

const json = ({ text }: Answer): unknown => JSON.parse(text);
const receipt = openReceipt({
  path: 'acme/api',
  uuid: 'u1',
  version: 1,
  claimedVersion: null,
  kind: 'push',
  user: null,
  note: null,
  pushedAt: new Date('2026-08-21T14:28:00Z'),
});

describe('web', function () {
  this.timeout(10_000); // the first server loads fastify

  let dir: string;
  let open: WebServer[];
  let errors: unknown[];

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'kpr-web-'));
    open = [];
    errors = [];
  });

  afterEach(async () => {
    for (const server of open) await server.close();
    await rm(dir, { recursive: true });
  });

  async function serve(
    routes: ServerOptions['routes'],
    address: Address = { path: join(dir, 'api.sock') },
    options: Pick<ServerOptions, 'socketMode'> = {},
  ): Promise<Address> {
    const server = await openServer(address, { ...options, routes, onError: (error) => errors.push(error) });
    open.push(server);
    return server.address;
  }

  describe('openServer', () => {
    it('listens on a port that is free', async () => {
      const address = await serve((server) => void server.get('/', () => 'hello'), { host: '127.0.0.1', port: 0 });

      expect((await ask(address, 'GET', '/')).text).to.equal('hello');
    });

    it('listens on a socket that only its owner may use', async () => {
      await serve(() => undefined);

      expect(((await stat(join(dir, 'api.sock'))).mode & 0o777).toString(8)).to.equal('600');
    });

    it('listens on a socket that others may use too, where it is asked to', async () => {
      await serve(() => undefined, { path: join(dir, 'front.sock') }, { socketMode: 0o660 });

      expect(((await stat(join(dir, 'front.sock'))).mode & 0o777).toString(8)).to.equal('660');
    });

    it('takes the place of a socket that nobody listens on', async () => {
      await writeFile(join(dir, 'api.sock'), '');

      await serve(() => undefined);
    });

    it('refuses a socket that another process uses, an unusable address, and one that is too long', async () => {
      await serve(() => undefined);

      for (const address of [
        { path: join(dir, 'api.sock') },
        { host: '192.0.2.1', port: 1 },
        { path: `/${'x'.repeat(110)}` },
      ]) {
        const failure = await serve(() => undefined, address).catch((error: unknown) => error);
        expect(failure).to.be.instanceOf(ConfigError);
      }
    });

    it('tells a caller nothing of our own faults, and us everything', async () => {
      const address = await serve((server) => {
        server.get('/', () => {
          throw new TypeError('inner matters');
        });
      });

      const answer = await ask(address, 'GET', '/');

      expect(answer.status).to.equal(500);
      expect(answer.text).to.not.contain('inner');
      expect(errors).to.have.lengthOf(1);
    });
  });

  describe('health', () => {
    const serveHealth = (isReady: boolean) =>
      serve((server) =>
        addHealthRoutes(server, {
          readReadiness: async () => ({
            isReady,
            checks: [
              { name: 'pulp', isOk: isReady, reason: isReady ? null : 'pulp-down', message: isReady ? null : 'since' },
            ],
          }),
          renderMetrics: async () => ({ contentType: 'text/plain; version=0.0.4', body: 'kpr_redis_up 1\n' }),
        }),
      );

    it('lives, and is ready', async () => {
      const address = await serveHealth(true);

      for (const path of ['/livez', '/readyz', '/healthz', '/metrics']) {
        expect((await ask(address, 'GET', path)).status, path).to.equal(200);
      }
    });

    it('says why it is not ready, and lives on', async () => {
      const address = await serveHealth(false);

      expect((await ask(address, 'GET', '/livez')).status).to.equal(200);
      expect((await ask(address, 'GET', '/readyz')).status).to.equal(503);
      expect((await ask(address, 'GET', '/readyz')).text).to.contain('"reason":"pulp-down"');
      expect((await ask(address, 'GET', '/healthz?verbose')).text).to.equal('[-] pulp since\nnot ready\n');
    });
  });

  describe('/api/v1', () => {
    let promoted: string[];
    let asked: unknown[];

    const serveApi = (over: Partial<ApiDeps> = {}, caller: Caller = LOCAL_OPERATOR) => {
      promoted = [];
      asked = [];
      const deps: ApiDeps = {
        readStatus: async () => {
          throw new TransportError('redis', 'away');
        },
        listPushes: async (query) => {
          asked.push(query);
          return { items: [receipt], next: null };
        },
        findPush: async (id) => (id === receipt.id ? receipt : null),
        plan: async () => null,
        listPaths: async () => ['acme/a', 'acme/b'],
        promote: async (path) => void promoted.push(path),
        unpin: async (path) => void promoted.push(`unpin ${path}`),
        listQueues: async () => [],
        findJobState: async () => 'delayed',
        prefix: 'kpr.push',
        ...over,
      };
      return serve((server) => addApiRoutes(server, { ...deps, callerOf: () => caller }));
    };

    it('lists pushes as asked', async () => {
      const address = await serveApi();

      const answer = await ask(
        address,
        'GET',
        '/api/v1/pushes?limit=2&state=done&path=push.example.com/kpr.push/acme/api:1',
      );

      expect(json(answer)).to.deep.equal({ items: [receipt], next: null });
      expect(asked).to.have.lengthOf(1);
      expect(asked[0]).to.deep.include({ limit: 2, cursor: undefined, state: 'done', path: 'acme/api' });
    });

    it('answers a receipt by its id', async () => {
      const address = await serveApi();

      expect(json(await ask(address, 'GET', '/api/v1/pushes/u1@1'))).to.deep.equal(receipt);
      expect((await ask(address, 'GET', '/api/v1/pushes/u1@2')).status).to.equal(404);
    });

    for (const query of ['limit=0', 'limit=x', 'limit=501', 'state=odd', 'since=yesterday', 'unknown=1', 'path=%1b']) {
      it(`refuses ?${query}`, async () => {
        const address = await serveApi();

        const answer = await ask(address, 'GET', `/api/v1/pushes?${query}`);

        expect(answer.status).to.equal(400);
        expect(json(answer)).to.have.nested.property('error.message');
      });
    }

    it('answers 503 while Redis is away', async () => {
      expect((await ask(await serveApi(), 'GET', '/api/v1/status')).status).to.equal(503);
    });

    it('answers 404 where nothing is pushed, 409 where a rule says no', async () => {
      expect((await ask(await serveApi(), 'GET', '/api/v1/plan?path=acme/api')).status).to.equal(404);
      await open.pop()?.close();

      const plan = async () => {
        throw refuse('unknown-organization', { org: 'acme' });
      };
      const answer = await ask(await serveApi({ plan }), 'GET', '/api/v1/plan?path=acme/api');
      expect(answer.status).to.equal(409);
      expect(json(answer)).to.have.nested.property('error.reason', 'unknown-organization');
    });

    it('queues named paths, all, or those since a time', async () => {
      const address = await serveApi();

      const named = await ask(address, 'POST', '/api/v1/reprocess', { paths: ['kpr.push/acme/api:1'] });
      expect(named.status).to.equal(202);
      expect(json(named)).to.deep.equal({ paths: ['acme/api'], dryRun: false });
      await ask(address, 'POST', '/api/v1/reprocess', { all: true });
      await ask(address, 'POST', '/api/v1/reprocess', { since: '2026-08-21T14:00:00Z' });

      expect(promoted).to.deep.equal(['acme/api', 'acme/a', 'acme/b', 'acme/api']);
    });

    it('drops pins first', async () => {
      await ask(await serveApi(), 'POST', '/api/v1/reprocess', { paths: ['acme/api'], unpin: true });

      expect(promoted).to.deep.equal(['unpin acme/api', 'acme/api']);
    });

    it('changes nothing in a dry run, and says what it would', async () => {
      const answer = await ask(await serveApi(), 'POST', '/api/v1/reprocess', { all: true, unpin: true, dryRun: true });

      expect(json(answer)).to.deep.equal({ paths: ['acme/a', 'acme/b'], dryRun: true });
      expect(promoted).to.deep.equal([]);
    });

    for (const body of [
      {},
      { paths: ['a/b'], all: true },
      { paths: ['no path'] },
      { paths: 'a/b' },
      { force: true },
      [],
    ]) {
      it(`refuses to reprocess ${JSON.stringify(body)}`, async () => {
        expect((await ask(await serveApi(), 'POST', '/api/v1/reprocess', body)).status).to.equal(400);
        expect(promoted).to.deep.equal([]);
      });
    }

    it('refuses a body that is too large', async () => {
      const body = { paths: Array.from({ length: 20_000 }, () => 'acme/api') };

      expect((await ask(await serveApi(), 'POST', '/api/v1/reprocess', body)).status).to.equal(413);
    });

    it('tells where the job of a path is', async () => {
      expect(json(await ask(await serveApi(), 'GET', '/api/v1/queues?path=acme/api'))).to.deep.equal({
        path: 'acme/api',
        state: 'delayed',
      });
    });
  });

  describe('/queues', () => {
    it('shows the queues and takes no write', async () => {
      const redis = await openTestRedis();
      const queue = new Queue('reconcile', { connection: redis.client, prefix: '{web}' });
      await queue.add('reconcile', { path: 'acme/api' });
      const address = await serve((server) => addQueuesPage(server, [queue]), { host: '127.0.0.1', port: 0 });

      const page = await ask(address, 'GET', '/queues');
      const list = await ask(address, 'GET', '/queues/api/queues?activeQueue=reconcile&status=waiting&page=1');
      const writes = [
        await ask(address, 'PUT', '/queues/api/queues/reconcile/pause'),
        await ask(address, 'PUT', '/queues/api/queues/reconcile/clean/waiting'),
        await ask(address, 'POST', '/queues/api/queues/reconcile/add', { name: 'x' }),
        await ask(address, 'DELETE', '/queues/api/queues/reconcile'),
        await ask(address, 'POST', '/queues'),
      ];
      const isPaused = await queue.isPaused();
      await queue.close();
      await redis.close();

      expect(page.status).to.equal(200);
      expect(list.text).to.contain('acme/api');
      expect(writes.map(({ status }) => status)).to.deep.equal([405, 405, 405, 405, 405]);
      expect(isPaused).to.equal(false);
    });

    it('shows nothing to those who come through a web server', async () => {
      const address = await serve((server) => addQueuesPage(server, []), { host: '127.0.0.1', port: 0 });

      const answers = await Promise.all(
        ['/queues', '/queues/', '/queues/api/queues'].map((path) =>
          ask(address, 'GET', path, undefined, { 'x-forwarded-for': '192.0.2.1' }),
        ),
      );

      expect(answers.map(({ status }) => status)).to.deep.equal([403, 403, 403]);
    });
  });
});
